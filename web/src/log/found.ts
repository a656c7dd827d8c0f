import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Node } from './markup';

/** Takes the parts of a message's text one after the other, and returns each as it should be drawn. */
export type Marking = (part: string) => ComponentChildren;

/** The result of a search in a room, as the log shows it. */
export interface Found {
	/** Marks the hits in a message. */
	marking(nodes: readonly Node[]): Marking;
	/** The key of the message with the current hit. */
	readonly current: string | undefined;
}

/** Null while there is no search. */
export const found = signal<Found | null>(null);
