import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arrive, expect, test } from './fixtures';
import { address, unique, type Visitor } from './visitor';

/** The console lines that the browser itself writes without a network. */
const gone = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/, /WebSocket connection to .* failed/];
const allowed = { serviceWorkers: 'allow' } as const;
const built = join(import.meta.dirname, '../dist');

/** Ann in a room in which she has said texts. The worker has all its files, and the texts are kept. */
async function kept(arrive: Arrive, room: string, ...texts: string[]): Promise<Visitor> {
	const ann = await (await arrive(undefined, allowed)).enter(room);
	for (const text of texts) await ann.say(text);
	await ann.shows(...texts);
	await expect
		.poll(() =>
			ann.page.evaluate(
				async () => (await navigator.serviceWorker.getRegistration())?.active?.state,
			),
		)
		.toBe('activated');
	await expect.poll(() => keptTexts(ann)).toHaveLength(texts.length);
	return ann;
}

/** The texts that this browser keeps, of all people. */
function keptTexts(who: Visitor): Promise<string[]> {
	return who.page.evaluate(async () => {
		const texts: string[] = [];
		for (const name of await caches.keys()) {
			if (!name.startsWith('pc-last-')) continue;
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const kept = await (await cache.match(request))?.json();
				texts.push(...kept.entries.map(({ text }: { text: string }) => text));
			}
		}
		return texts;
	});
}

/** The addresses of all answers in the browser's caches. */
function cached(who: Visitor): Promise<string[]> {
	return who.page.evaluate(async () => {
		const found: string[] = [];
		for (const name of await caches.keys())
			for (const { url } of await (await caches.open(name)).keys())
				found.push(new URL(url).pathname);
		return found;
	});
}

test('D4 the page can be installed: a manifest with icons that are there', async ({
	arrive,
	request,
}) => {
	const ann = await arrive(undefined, allowed);
	await ann.page.goto('/');
	const manifest = await (await request.get('/manifest.webmanifest')).json();
	expect(manifest).toMatchObject({ name: 'ProjectChat', display: 'standalone', start_url: '/' });
	for (const { src, sizes } of manifest.icons) {
		const size = await ann.page.evaluate(async (url) => {
			const { width, height } = await createImageBitmap(await (await fetch(url)).blob());
			return `${width}x${height}`;
		}, src);
		expect(size).toBe(sizes);
	}
	const session = await ann.context.newCDPSession(ann.page);
	const { errors } = await session.send('Page.getAppManifest');
	expect(errors).toEqual([]);
	const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
	// The browser complains that a test's profile keeps nothing.
	expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
});

test('D4 without a network the page starts, with the last messages, marked as such', {
	tag: '@smoke',
}, async ({ arrive, guard, room }) => {
	guard.allow(...gone);
	const ann = await kept(arrive, room, 'one', 'two');
	expect((await cached(ann)).filter((path) => /^\/(api|ws)/.test(path))).toEqual([]);

	await ann.context.setOffline(true);
	await ann.page.reload();
	await expect(
		ann.page.getByText(/^Offline\. These are the last messages, as of Today, /),
	).toBeVisible();
	await expect(ann.texts).toHaveText(['one', 'two']);
	await expect(ann.banner).toContainText('Reconnecting…');
	await ann.say('written offline');
	await expect(ann.texts).toHaveText(['one', 'two', 'written offline']);
	await expect(ann.message('written offline')).toHaveAttribute('data-state', 'pending');
	// The installed page starts at its home page.
	await ann.page.goto('/');
	await expect(ann.texts).toHaveText(['one', 'two', 'written offline']);

	await ann.context.setOffline(false);
	await ann.shows('one', 'two', 'written offline');
	await expect(ann.page.getByText(/^Offline/)).toHaveCount(0);
});

test('D4 logging out empties what is kept; the next one sees nothing of it', async ({
	arrive,
	guard,
	room,
}) => {
	guard.allow(...gone);
	const ann = await kept(arrive, room, 'secret');
	await ann.unfold();
	await ann.page.getByRole('button', { name: 'Logout' }).click();
	await expect(ann.page.getByLabel('Username')).toBeVisible();
	await expect.poll(() => keptTexts(ann)).toEqual([]);
	await ann.context.setOffline(true);
	await ann.page.goto(address(room, ann.name));
	await expect(ann.page.getByText('ProjectChat did not answer')).toBeVisible();
	await expect(ann.page.getByText('secret')).toHaveCount(0);
});

test('D4 logging out without a network forgets as well, and gives the session up later', async ({
	arrive,
	guard,
	room,
}) => {
	guard.allow(...gone);
	const ann = await kept(arrive, room, 'secret');
	const tab = await ann.context.newPage();
	await tab.goto(address(room, ann.name));
	await expect(tab.getByText('secret')).toBeVisible();
	await ann.context.setOffline(true);
	await ann.unfold();
	await ann.page.getByRole('button', { name: 'Logout' }).click();
	await expect(ann.page.getByText('ProjectChat did not answer')).toBeVisible();
	await expect.poll(() => keptTexts(ann)).toEqual([]);
	// The page would otherwise keep its messages once more.
	await tab.evaluate(() => dispatchEvent(new Event('pagehide')));
	expect(await keptTexts(ann)).toEqual([]);
	await tab.close();
	await ann.context.setOffline(false);
	await ann.page.goto(address(room, ann.name).replace(/&?username=[^&]*/, ''));
	await expect(ann.page.getByLabel('Username')).toHaveValue('');
	const session = await ann.page.evaluate(async () => (await fetch('/api/session')).json());
	expect(session).toMatchObject({ uid: null });
});

test('D4 another person in the same browser never gets to see what was kept', {
	tag: '@smoke',
}, async ({ arrive, guard, room }) => {
	guard.allow(...gone);
	const ann = await kept(arrive, room, 'secret');
	// The session ends without notice, and another person takes a new one.
	await ann.context.clearCookies();
	const bob = unique('Bob');
	await ann.page.goto(address(`${room} 2`, bob));
	await ann.isLive();
	await expect.poll(() => keptTexts(ann)).toEqual([]);
	await ann.context.setOffline(true);
	await ann.page.goto(address(room, bob));
	await expect(ann.banner).toContainText('Reconnecting…');
	await expect(ann.page.getByText('secret')).toHaveCount(0);
});

test('D4 a new version comes with the next start, whole; the worker is asked for anew each time', async ({
	arrive,
	guard,
	room,
	request,
}) => {
	guard.allow(/status of 404/);
	for (const path of ['/sw.js', '/', '/manifest.webmanifest'])
		expect((await request.get(path)).headers()['cache-control'], path).toBe('no-cache');
	const ann = await kept(arrive, room, 'one');
	const before = await cached(ann);
	// All files that the page names: a page that starts without a network lacks none.
	const worker = await readFile(join(built, 'sw.js'), 'utf8');
	const [, list = ''] = /`(\/,\/assets[^`]*)`\.split/.exec(worker) ?? [];
	const named =
		list === ''
			? [...worker.matchAll(/[`"'](\/(?:assets\/)?[\w.-]*)[`"']/g)].map(([, path]) => path)
			: list.split(',');
	expect(named.length).toBeGreaterThan(20);
	for (const path of named) expect(before).toContain(path);

	// The server has another version now. The page must be the server's, not the worker's.
	const html = await (await request.get('/')).text();
	await ann.context.route(
		(url) => url.pathname.startsWith(`/${encodeURIComponent(room)}`),
		(route) =>
			route.fulfill({ body: html.replace('<title>', '<title>New '), contentType: 'text/html' }),
	);
	const answer = await ann.page.goto(address(room, ann.name));
	expect(await answer?.text()).toContain('<title>New ');
});

test('S17 where only a worker can notify, it does', async ({ arrive, room }) => {
	const ann = await arrive(undefined, { ...allowed, permissions: ['notifications'] });
	await ann.page.addInitScript(() => {
		// Like Chrome on a phone: the constructor exists, and throws.
		const permission = { value: 'granted' };
		const refusing = Object.assign(
			function Notification() {
				throw new TypeError('Illegal constructor');
			},
			{ requestPermission: async () => 'granted' },
		);
		Object.defineProperty(refusing, 'permission', permission);
		Object.assign(globalThis, { Notification: refusing, shown: [] });
		ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
			(globalThis as unknown as { shown: unknown[] }).shown.push([title, options?.body]);
		};
	});
	await ann.enter(room);
	await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
	await ann.unfold();
	await ann.page.getByRole('button', { name: 'Notifications' }).click();
	await ann.page.evaluate(() => {
		Object.defineProperty(document, 'hidden', { value: true, configurable: true });
		document.dispatchEvent(new Event('visibilitychange'));
	});
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await bob.say('are you there?');
	await expect
		.poll(() => ann.page.evaluate(() => (globalThis as unknown as { shown: unknown }).shown))
		.toEqual([[expect.stringContaining(bob.name), 'are you there?']]);
});
