import { effect } from '@preact/signals';
import { render } from 'preact';
import { App, Home, RoomView } from './app/app';
import { preferredLanguage, watchLanguage } from './app/language';
import { api, env, type Room } from './client';
import { type Language, speak } from './text/i18n';
import { fetchRest } from './ui/lazy';
import { parseAddress } from './visit/address';
import { type Services, Visit } from './visit/visit';
// Small modules that several lazy parts use. Imported here, they need no files of their own.
import './log/markup';
import './composer/text';
import './visit/favourites';
import './log/reading';
import './log/today';
import './text/rich';
import './room/share-button';
import './app/index.css';

const services: Services = {
	api,
	openRoom: async (name, me) => (await import('./room/room-page')).openRoom(name, me, env),
};
const visit = new Visit(services, history, location);

addEventListener('popstate', () => visit.arrive());

// The code is fetched at the same time as the session.
if (parseAddress(location.pathname, location.search).user === null) void Home.fetch();
else void RoomView.fetch();
visit.begin();
void begin(preferredLanguage(navigator.languages));

/** Draws the page, at once in its language. If those texts cannot be fetched, it is English. */
async function begin(spoken: Language): Promise<void> {
	if (spoken !== 'en') await speak(spoken).catch(() => {});
	watchLanguage();
	const root = document.getElementById('app');
	if (root) render(<App visit={visit} services={services} />, root);
}

/** Fetches rarely needed code once the first screen is complete. */
const stop = effect(() => {
	const screen = visit.screen.value;
	if (screen.kind === 'starting' || screen.kind === 'unreachable') return;
	if (screen.kind === 'room' && isUnderWay(screen.room)) return;
	queueMicrotask(() => stop());
	void (screen.kind === 'room' ? RoomView : Home).fetch().then(painted).then(later);
});

/** Whether the room's messages may still come in a moment. */
function isUnderWay({ phase, connection }: Room): boolean {
	return phase.value === 'loading' && connection.value.state === 'connecting';
}

/** Resolves in the second frame from now, when everything drawn so far is on the screen. */
function painted(): Promise<void> {
	return new Promise((resolve) =>
		requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))),
	);
}

async function later(): Promise<void> {
	void fetchRest();
	try {
		(await import('./app/watch')).watch(visit);
	} catch {
		addEventListener('online', later, { once: true });
	}
}
