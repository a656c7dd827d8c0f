import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Node } from './markup';

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
