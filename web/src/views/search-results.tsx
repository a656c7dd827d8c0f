import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Room } from '../client/client';
import { clearSearch, hit, pattern, query } from '../state/search';
import { t } from '../text/i18n';
import { IconButton } from './icons';

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

/** How many there are and the way from one to the next, in the slot over the log. */
export function SearchResults({ room }: { room: Room }) {
	const { wanted, keys, at, current } = useHits(room);

	useEffect(() => {
		if (!current) return;
		document.querySelector('li.hit')?.scrollIntoView({ block: 'center' });
	}, [current]);

	const found = { at: at + 1, n: keys.length, query: query.value };
	return (
		<div class={wanted ? 'notice results' : 'notice results hidden'}>
			<p role="status" class="grow">
				{wanted && t(keys.length > 0 ? 'search.found' : 'search.none', found)}
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
