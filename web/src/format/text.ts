/** The rules for a message's text, as docs/frames.md gives them. */
import { bytes, codePoints } from './names';

const maxCodePoints = 4000;
const maxBytes = 16 * 1024;

/** By how many characters a text is too long: 0 if it may be sent. */
export function excess(text: string): number {
	const over = Math.max(0, codePoints(text) - maxCodePoints);
	// In bytes, at most four a character: enough to say how much must go.
	const overBytes = Math.max(0, Math.ceil((bytes(text) - maxBytes) / 4));
	return Math.max(over, overBytes);
}

/** How many characters more fit; below 0, how many are too many. */
export function left(text: string): number {
	return excess(text) > 0 ? -excess(text) : maxCodePoints - codePoints(text);
}

/** Whether there is nothing in it but white space. */
export function blank(text: string): boolean {
	return text.trim() === '';
}

/** The text without what the server refuses: controls other than tab and newline, lone surrogates. */
export function sendable(text: string): string {
	const plain = text.replace(/\r\n?/g, '\n').replace(/\p{Cs}/gu, '\ufffd');
	return [...plain].filter((c) => c >= ' ' || c === '\n' || c === '\t').join('');
}
