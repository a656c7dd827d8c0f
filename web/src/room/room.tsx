import { type Signal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Room } from '../client/client';
import { Composer } from '../composer/composer';
import { Log } from '../log/log';
import { Reading } from '../log/reading';
import { lazy, settled } from '../ui/lazy';
import { Loading } from '../ui/stand-ins';
import type { Visit } from '../visit/visit';
import { RoomHeader } from './room-header';

/** For views that are always drawn but empty at first, in ms. */
const patience = 5000;

const Banner = lazy(async () => (await import('./banner')).Banner, { patience });
const Empty = lazy(async () => (await import('./empty')).Empty);
const SearchResults = lazy(async () => (await import('../search/search-results')).SearchResults, {
	patience,
});
const Attention = lazy(async () => (await import('./attention')).Attention, { patience });
const Failed = lazy(async () => (await import('./failed')).Failed);
const Target = lazy(async () => (await import('./target')).Target, { patience });
const Keeper = lazy(async () => (await import('../log/kept-messages')).Keeper, { patience });
const KeptMessages = lazy(async () => (await import('../log/kept-messages')).KeptMessages, {
	standIn: ({ otherwise }) => otherwise,
	patience,
});
const MessageMenu = lazy(async () => (await import('../log/message-menu')).MessageMenu, {
	patience,
});
const OnlinePanel = lazy(async () => (await import('../people/online-panel')).OnlinePanel);

interface Props {
	room: Room;
	/** The room's name as the address spells it; the title may be spelled otherwise. */
	name: string;
	visit: Visit;
	online: Signal<boolean>;
}

/** A room: its bar, the messages with the notices over them, and the box to write in. */
export function RoomView({ room, name, visit, online }: Props) {
	const reading = useMemo(() => new Reading(room, name), [room]);
	useEffect(() => {
		void settled.then(() => room.prepare());
		return () => reading.close();
	}, [reading]);
	useSignalEffect(() => {
		if (room.connection.value.state === 'signedOut') visit.signedOut();
	});
	return (
		<main class="room">
			<RoomHeader room={room} online={online} />
			<div class="stage">
				<div class="slot">
					<Banner room={room} />
					<SearchResults {...{ room, reading }} />
				</div>
				<Messages {...{ room, name, visit, reading }} />
				<Attention {...{ room, reading }} />
				<Target {...{ room, reading }} />
				<MessageMenu {...{ room, reading }} />
				<Keeper {...{ room, name }} />
				{online.value && <OnlinePanel room={room} open={online} />}
			</div>
			<Composer room={room} name={name} />
		</main>
	);
}

type MessagesProps = { room: Room; name: string; visit: Visit; reading: Reading };

function Messages({ room, name, visit, reading }: MessagesProps) {
	// The outbox shows before the history comes, and without it.
	const some = room.entries.value.length > 0;
	const log = <Log room={room} reading={reading} />;
	if (room.phase.value === 'loading')
		return <KeptMessages {...{ room, name }} otherwise={some ? log : <Loading />} />;
	if (some) return log;
	switch (room.phase.value) {
		case 'failed':
			return <Failed room={room} visit={visit} />;
		default:
			return room.hasOlder.value ? log : <Empty room={room} />;
	}
}
