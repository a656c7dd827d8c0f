import type { ComponentChildren } from 'preact';
import type { Marking } from '../log/found';
import { type Node, plain } from '../log/markup';

/** A pattern that finds a query in any case. Null for an empty query. */
export function pattern(wanted: string): RegExp | null {
	if (wanted === '') return null;
	return new RegExp(wanted.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'giu');
}

/** A text cut at the matches: the pieces at odd indexes are the hits. */
export function cut(text: string, wanted: RegExp): string[] {
	const result: string[] = [];
	let from = 0;
	for (const match of text.matchAll(wanted)) {
		result.push(text.slice(from, match.index), match[0]);
		from = match.index + match[0].length;
	}
	result.push(text.slice(from));
	return result;
}

/** Draws the parts of a message and marks the hits, even one that spans bold text or a link. */
export function marking(nodes: readonly Node[], wanted: RegExp): Marking {
	const pieces = cut(plain(nodes), wanted);
	let piece = 0;
	let used = 0;
	return (part) => {
		const drawn: ComponentChildren[] = [];
		for (let at = 0; at < part.length && piece < pieces.length; ) {
			const left = (pieces[piece] ?? '').slice(used);
			const text = left.slice(0, part.length - at);
			if (text !== '') drawn.push(piece % 2 === 1 ? <mark key={at}>{text}</mark> : text);
			at += text.length;
			used += text.length;
			if (text.length === left.length) {
				piece++;
				used = 0;
			}
		}
		return drawn;
	};
}
