import { signal } from '@preact/signals';

/** What the bar's search asks for: rooms on the home page, messages in a room. */
export const query = signal('');

/** Which hit is the current one, counted from the newest: 0 and up; it wraps. */
export const hit = signal(0);

/** Asks for something else; asked again for the same, goes on to the next hit. */
export function search(text: string, step: 1 | -1 = 1): void {
	const wanted = text.trim();
	if (wanted !== query.value) {
		query.value = wanted;
		hit.value = 0;
	} else if (wanted !== '') {
		hit.value += step;
	}
}

export function clearSearch(): void {
	query.value = '';
	hit.value = 0;
}

/** Finds a query in texts, whatever the case. Null if there is nothing to find. */
export function pattern(wanted: string): RegExp | null {
	if (wanted === '') return null;
	return new RegExp(wanted.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'giu');
}

/** A text cut at the matches: odd pieces are hits. */
export function cut(text: string, wanted: RegExp | null): string[] {
	if (!wanted) return [text];
	const result: string[] = [];
	let from = 0;
	for (const match of text.matchAll(wanted)) {
		result.push(text.slice(from, match.index), match[0]);
		from = match.index + match[0].length;
	}
	result.push(text.slice(from));
	return result;
}
