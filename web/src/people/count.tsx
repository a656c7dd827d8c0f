import type { Room } from '../client/client';
import { t } from '../text/i18n';

/**
 * The number of people here, as a button's content: a number for the eye, hollow while it is
 * only the last known one, and words for the button's accessible name.
 */
export function Count({ room, badge }: { room: Room; badge: boolean }) {
	const n = room.onlineCount.value;
	const stale = n === null || isStale(room.connection);
	return (
		<>
			<span class={`${badge ? 'badge' : 'dot-count'}${stale ? ' stale' : ''}`} aria-hidden="true">
				{!badge && <span class="dot" />}
				{n ?? '–'}
			</span>
			<span class="visually-hidden">
				{n === null
					? !badge && t('nav.online')
					: t(stale ? 'room.peopleStale' : 'room.people', { n })}
			</span>
		</>
	);
}

function isStale(connection: Room['connection']): boolean {
	const { state } = connection.value;
	return state !== 'live' && state !== 'polling';
}
