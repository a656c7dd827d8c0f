import type { Entry } from '../client/client';
import { dayKey } from './time';

/** A line of the log: a day's separator, the line over what is new, or a message. */
export type Line =
	| { readonly kind: 'day'; readonly key: string; readonly at: string }
	| { readonly kind: 'new'; readonly key: 'new' }
	| {
			readonly kind: 'message';
			readonly key: string;
			readonly entry: Entry;
			/** The first of a group: its name is shown. */
			readonly first: boolean;
	  };

const groupGap = 5 * 60_000;

/**
 * The lines for the entries: a separator where the local day changes, and groups
 * of one person's messages that are at most five minutes apart. Kinds that this
 * page does not know keep their place in the order and show nothing. `divider` is the
 * key of the message over which "New messages" stands.
 */
export function lines(entries: readonly Entry[], divider?: string): Line[] {
	const result: Line[] = [];
	let previous: Entry | undefined;
	for (const entry of entries) {
		if (entry.kind !== 'message') continue;
		const day = dayKey(new Date(entry.at));
		const newDay = !previous || dayKey(new Date(previous.at)) !== day;
		if (newDay) result.push({ kind: 'day', key: `day-${day}-${entry.key}`, at: entry.at });
		if (entry.key === divider) result.push({ kind: 'new', key: 'new' });
		const first = newDay || entry.key === divider || !previous || !together(previous, entry);
		result.push({ kind: 'message', key: entry.key, entry, first });
		previous = entry;
	}
	return result;
}

function together(a: Entry, b: Entry): boolean {
	return (
		a.uid === b.uid &&
		a.name === b.name &&
		Math.abs(Date.parse(b.at) - Date.parse(a.at)) <= groupGap
	);
}
