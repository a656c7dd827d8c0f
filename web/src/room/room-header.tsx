import type { Signal } from '@preact/signals';
import type { Room } from '../client/client';
import { Count } from '../people/count';
import { t } from '../text/i18n';
import { Rich } from '../text/rich';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { isFavourite, toggleFavourite } from '../visit/favourites';
import { ShareButton } from './share-button';

const Share = lazy(async () => (await import('./share')).Share, {
	standIn: <ShareButton icon="share" />,
	patience: 5000,
});

/** The room's bar: room and person, the number of people here, the star and the link. */
export function RoomHeader({ room, online }: { room: Room; online: Signal<boolean> }) {
	const title = room.title.value;
	const favourite = isFavourite(title);
	return (
		<header class="room-header">
			<h1>
				<Rich of="room.heading" with={{ room: title, user: room.me.name }} />
			</h1>
			<button
				type="button"
				class="quiet narrow-only"
				aria-expanded={online.value}
				onClick={() => {
					online.value = !online.value;
				}}
			>
				<Count room={room} badge={false} />
			</button>
			<button
				type="button"
				class="icon-button"
				aria-label={t('favourite.toggle')}
				aria-pressed={favourite}
				onClick={() => toggleFavourite(title)}
			>
				<Icon name="star" filled={favourite} />
			</button>
			<Share room={title} />
		</header>
	);
}
