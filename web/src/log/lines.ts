import type { Entry } from '../client/client';
import { dayKey } from '../text/time';

/** A line of the log: a day's separator, the divider above new messages, or a message. */
export type Line =
	| { readonly kind: 'day'; readonly key: string; readonly at: string }
	| { readonly kind: 'new'; readonly key: 'new' }
	| {
			readonly kind: 'message';
			readonly key: string;
			readonly entry: Entry;
			/** The first message of a group shows its author's name. */
			readonly first: boolean;
	  };

const groupGap = 5 * 60_000;

/**
 * The lines for the entries: a separator where the local day changes, and groups
 * of one person's messages that are at most five minutes apart. An entry of a kind that
 * this page does not know has no line. `divider` is the key of the message below
 * "New messages".
 */
export function lines(entries: readonly Entry[], divider?: string): Line[] {
	forgetOtherZones();
	const result: Line[] = [];
	let previous: Entry | undefined;
	for (const entry of entries) {
		if (entry.kind !== 'message') continue;
		const divided = entry.key === divider;
		let cut = known.get(entry);
		if (!cut || cut.previous !== previous || cut.divided !== divided) {
			cut = { previous, divided, made: linesOf(entry, previous, divided) };
			known.set(entry, cut);
		}
		result.push(...cut.made);
		previous = entry;
	}
	return result;
}

/** The lines of an entry and the state they were made from. They are reused: a long log changes at one end only. */
interface Cut {
	readonly previous: Entry | undefined;
	readonly divided: boolean;
	readonly made: readonly Line[];
}

let known = new WeakMap<Entry, Cut>();
let zone = 0;

/** In another time zone the days begin at other times, so the kept lines are wrong. */
function forgetOtherZones(): void {
	const now = new Date().getTimezoneOffset();
	if (now !== zone) known = new WeakMap();
	zone = now;
}

function linesOf(entry: Entry, previous: Entry | undefined, divided: boolean): Line[] {
	const day = dayKey(new Date(entry.at));
	const newDay = !previous || dayKey(new Date(previous.at)) !== day;
	const first = newDay || divided || !together(previous, entry);
	const made: Line[] = [{ kind: 'message', key: entry.key, entry, first }];
	if (divided) made.unshift({ kind: 'new', key: 'new' });
	if (newDay) made.unshift({ kind: 'day', key: `day-${day}-${entry.key}`, at: entry.at });
	return made;
}

function together(a: Entry, b: Entry): boolean {
	return (
		a.uid === b.uid &&
		a.name === b.name &&
		Math.abs(Date.parse(b.at) - Date.parse(a.at)) <= groupGap
	);
}
