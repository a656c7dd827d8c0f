import type { Room } from '../client/client';
import { t } from '../text/i18n';

/**
 * How many are here, for a button: a number for the eye, hollow while it is only
 * the last one known, and words for the button's name.
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
