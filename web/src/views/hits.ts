import { useComputed } from '@preact/signals';
import type { Room } from '../client/client';
import { hit, pattern, query } from '../state/search';

interface Hits {
	readonly wanted: RegExp | null;
	/** Keys of the messages found, newest first. */
	readonly keys: readonly string[];
	/** Which of them one stands at, from 0; -1 if there is none. */
	readonly at: number;
	readonly current: string | undefined;
}

/** The loaded messages in which the bar's search is found. */
export function useHits(room: Room): Hits {
	return useComputed<Hits>(() => {
		const wanted = pattern(query.value);
		const found = wanted
			? room.entries.value.filter(
					(entry) => entry.kind === 'message' && entry.text.search(wanted) >= 0,
				)
			: [];
		const keys = found.map((entry) => entry.key).reverse();
		const at = keys.length > 0 ? ((hit.value % keys.length) + keys.length) % keys.length : -1;
		return { wanted, keys, at, current: keys[at] };
	}).value;
}
