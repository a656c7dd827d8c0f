import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { editing } from '../log/editing';
import { unreadMark } from '../log/reading';
import { clearSearch } from '../search/search';
import { t } from '../text/i18n';
import { lazy } from '../ui/lazy';
import { Unreachable } from '../ui/stand-ins';
import type { Services, Visit } from '../visit/visit';
import { Footer } from './footer';
import { Navbar } from './navbar';

const standIn = <main class="home" aria-busy="true" />;
const atHand = async () => {};
/** The home page. Somebody who opens the address of a room needs it only later. */
export const Home = lazy(async () => (await import('../home/home')).Home, { standIn });
/** A room. The first load has the texts that it needs at first, so messages wait for no other file. */
export const RoomView = lazy(async () => (await import('../room/room-page')).RoomView, {
	standIn,
	words: atHand,
});
const Dialogs = lazy(async () => (await import('./dialogs')).Dialogs, { patience: 5000 });
const RoomsPanel = lazy(async () => (await import('../home/rooms-panel')).RoomsPanel);
const Become = lazy(async () => (await import('../home/become')).Become, { standIn });

/** The page: the bar, the screen that the visit is at, and the footer. */
export function App({ visit, services }: { visit: Visit; services: Services }) {
	const online = useSignal(false);
	const screen = visit.screen.value;
	const room = screen.kind === 'room' ? screen.room : null;

	useSignalEffect(() => {
		const at = visit.screen.value;
		document.title =
			unreadMark.value +
			(at.kind === 'room'
				? t('app.roomTitle', { room: at.room.title.value, user: at.room.me.name })
				: t('app.name'));
	});
	useEffect(() => {
		online.value = false;
		clearSearch();
		editing.value = null;
	}, [room]);

	return (
		<div class={room ? 'page in-room' : 'page'}>
			{room && (
				<a class="skip" href="#message">
					{t('app.skip')}
				</a>
			)}
			<Navbar visit={visit} room={room} online={online} />
			<CurrentScreen {...{ visit, services, online }} />
			<Footer />
			<Dialogs visit={visit} />
		</div>
	);
}

type ScreenProps = { visit: Visit; services: Services; online: Signal<boolean> };

function CurrentScreen({ visit, services, online }: ScreenProps) {
	const screen = visit.screen.value;
	switch (screen.kind) {
		case 'starting':
			return standIn;
		case 'unreachable':
			return <Unreachable onRetry={() => visit.begin()} />;
		case 'home':
			return (
				<>
					<Home key={screen.id} screen={screen} visit={visit} services={services} />
					{online.value && (
						<RoomsPanel api={services.api} open={online} onPick={(room) => visit.enter(room)} />
					)}
				</>
			);
		case 'become':
			return <Become screen={screen} visit={visit} />;
		case 'room':
			return (
				<RoomView
					key={screen.id}
					room={screen.room}
					name={screen.name}
					visit={visit}
					online={online}
				/>
			);
	}
}
