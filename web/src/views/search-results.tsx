import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import type { Room } from '../client/client';
import { parse, plain } from '../format/markup';
import type { Reading } from '../state/reading';
import { clearSearch, found, hit, query } from '../state/search';
import { t } from '../text/i18n';
import { IconButton } from './icons';
import { marking, pattern } from './marking';
import { reveal } from './reveal';

interface Hits {
	readonly wanted: RegExp | null;
	/** Keys of the messages found, newest first. */
	readonly keys: readonly string[];
	/** Which of them one stands at, from 0; -1 if there is none. */
	readonly at: number;
}

/** The loaded messages in which the bar's search is found. */
function useHits(room: Room): Hits {
	return useComputed<Hits>(() => {
		const wanted = pattern(query.value);
		if (!wanted) return { wanted, keys: [], at: -1 };
		const keys = room.entries.value
			.filter(({ kind, text }) => kind === 'message' && plain(parse(text)).search(wanted) >= 0)
			.map(({ key }) => key)
			.reverse();
		const at = keys.length > 0 ? ((hit.value % keys.length) + keys.length) % keys.length : -1;
		return { wanted, keys, at };
	}).value;
}

/** How many there are and the way from one to the next, in the slot over the log. */
export function SearchResults({ room, reading }: { room: Room; reading: Reading }) {
	const { wanted, keys, at } = useHits(room);
	const current = keys[at];

	useLayoutEffect(() => {
		found.value = wanted && { current, marking: (nodes) => marking(nodes, wanted) };
	}, [wanted, current]);
	useEffect(() => {
		if (current !== found.value?.current) return;
		if (!current) return;
		void reveal(current, reading).then((line) => line?.scrollIntoView({ block: 'center' }));
	}, [current, found.value]);

	const counts = { at: at + 1, n: keys.length, query: query.value };
	return (
		<div class={wanted ? 'notice results' : 'notice results hidden'}>
			<p role="status" class="grow">
				{wanted && t(keys.length > 0 ? 'search.found' : 'search.none', counts)}
			</p>
			{wanted && (
				<>
					<IconButton name="chevronUp" label={t('search.next')} onClick={() => hit.value++} />
					<IconButton name="chevronDown" label={t('search.previous')} onClick={() => hit.value--} />
					<IconButton name="close" label={t('search.clear')} onClick={clearSearch} />
				</>
			)}
		</div>
	);
}
