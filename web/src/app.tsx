import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { clearSearch } from './state/search';
import type { Services, Visit } from './state/visit';
import { t } from './text/i18n';
import { Become } from './views/become';
import { Footer } from './views/footer';
import { Home } from './views/home';
import { Navbar } from './views/navbar';
import { RoomView } from './views/room';
import { Unreachable } from './views/stand-ins';

/** The page: the bar, the screen that the visit is at, and the footer. */
export function App({ visit, services }: { visit: Visit; services: Services }) {
	const online = useSignal(false);
	const screen = visit.screen.value;
	const room = screen.kind === 'room' ? screen.room : null;

	useSignalEffect(() => {
		const at = visit.screen.value;
		document.title =
			at.kind === 'room'
				? t('app.roomTitle', { room: at.room.title.value, user: at.room.me.name })
				: t('app.name');
	});
	useEffect(() => {
		online.value = false;
		clearSearch();
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
		</div>
	);
}

type ScreenProps = { visit: Visit; services: Services; online: Signal<boolean> };

function CurrentScreen({ visit, services, online }: ScreenProps) {
	const screen = visit.screen.value;
	switch (screen.kind) {
		case 'starting':
			return <main class="home" aria-busy="true" />;
		case 'unreachable':
			return <Unreachable visit={visit} />;
		case 'home':
			return <Home key={screen.id} screen={screen} visit={visit} services={services} />;
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
