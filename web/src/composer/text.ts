/** The rules for a message's text, as docs/frames.md gives them. */
import { longestText } from '../client/client';
import { bytes, codePoints } from '../people/names';

export const maxBytes = 16 * 1024;

/** The number of characters by which a text is too long: 0 if it is not. */
export function excess(text: string): number {
	const over = Math.max(0, codePoints(text) - longestText);
	// A character has at most four bytes, so this is the least number of characters to remove.
	const overBytes = Math.max(0, Math.ceil((bytes(text) - maxBytes) / 4));
	return Math.max(over, overBytes);
}

/** The number of characters left. Negative: the number of characters too many. */
export function left(text: string): number {
	return excess(text) > 0 ? -excess(text) : longestText - codePoints(text);
}

/** Whether a text may be sent: it says something, and it is not too long. */
export function fits(text: string): boolean {
	return text.trim() !== '' && excess(text) === 0;
}

/** The text without characters that the server refuses: controls other than tab and newline, lone surrogates. */
export function sendable(text: string): string {
	const plain = text.replace(/\r\n?/g, '\n').replace(/\p{Cs}/gu, '\ufffd');
	return [...plain].filter((c) => c >= ' ' || c === '\n' || c === '\t').join('');
}
