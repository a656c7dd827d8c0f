import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Node } from '../format/markup';

/** What the bar's search asks for: rooms on the home page, messages in a room. */
export const query = signal('');

/** Which hit is the current one, counted from the newest: 0 and up; it wraps. */
export const hit = signal(0);

/** Hands out the text of a message, part after part, as it is to be drawn. */
export type Marking = (part: string) => ComponentChildren;

/** What the search in a room has come to, as the log shows it. */
export interface Found {
	/** Draws a message with what was looked for marked. */
	marking(nodes: readonly Node[]): Marking;
	/** The key of the message one stands at. */
	readonly current: string | undefined;
}

/** Null while nothing is looked for. */
export const found = signal<Found | null>(null);

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
	found.value = null;
}
