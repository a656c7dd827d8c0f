import { useSignalEffect } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { Api } from '../client/client';
import { query as roomQuery } from '../search/search';
import { t } from '../text/i18n';

interface Props {
	api: Api;
	onPick: (room: string) => void;
}

/** The public rooms whose names begin with the query of the bar's search. Undefined until they are known. */
export function useOpenRooms(api: Api) {
	const [found, setFound] = useState<{ query: string; rooms: { room: string; title: string }[] }>();

	useSignalEffect(() => {
		const query = roomQuery.value;
		let stale = false;
		api
			.rooms(query || undefined)
			.then(({ rooms }) => !stale && setFound({ query, rooms }))
			// The list is only an offer: the card works without it.
			.catch(() => {});
		return () => {
			stale = true;
		};
	});
	return found;
}

/** The public rooms that match the query of the bar's search, as chips. */
export function OpenRooms({ api, onPick }: Props) {
	const found = useOpenRooms(api);
	if (!found || (found.rooms.length === 0 && !found.query)) return null;
	return (
		<section class="open-rooms" aria-labelledby="open-rooms">
			<h2 id="open-rooms">
				{found.query ? t('home.openMatching', { query: found.query }) : t('home.open')}
			</h2>
			<div class="chips">
				{found.rooms.map(({ room, title }) => (
					<button type="button" class="chip" key={room} onClick={() => onPick(title)}>
						<bdi>{title}</bdi>
					</button>
				))}
			</div>
			<p role="status">{found.rooms.length === 0 && t('home.openNone', { query: found.query })}</p>
		</section>
	);
}
