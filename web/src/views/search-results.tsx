import { useEffect } from 'preact/hooks';
import type { Room } from '../client/client';
import { clearSearch, hit, query } from '../state/search';
import { t } from '../text/i18n';
import { useHits } from './hits';
import { IconButton } from './icons';

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
