/**
 * The service worker: it makes the page start without a network, from the files of one build.
 *
 * The page itself is asked of the network first, so that whoever has one always gets the
 * newest; its files have their content's hash in their names, so one from here is the same as
 * one from there. What a build consists of is fetched as a whole when this worker is installed,
 * and thrown away when a later one takes over, which is when no page uses it any more: a page
 * never gets files of two builds. It touches nothing of /api/ or /ws, and nothing of other
 * origins; what the page itself keeps of messages (log/last-messages.ts) it does not know.
 */
export {};

declare const self: ServiceWorkerGlobalScope;
/** Both put in by the build: see build.ts. */
declare const __FILES__: readonly string[];
declare const __VERSION__: string;

const prefix = 'pc-shell-';
const shell = prefix + __VERSION__;
/** So long the network has to answer, in ms, where there is a page at hand. */
const patience = 4000;

self.addEventListener('install', (event) => {
	event.waitUntil(install());
});

self.addEventListener('activate', (event) => {
	event.waitUntil(throwOldAway());
});

self.addEventListener('fetch', (event) => {
	const { request } = event;
	const { origin, pathname } = new URL(request.url);
	if (request.method !== 'GET' || origin !== self.location.origin) return;
	if (/^\/(api|ws)(\/|$)/.test(pathname)) return;
	if (request.mode === 'navigate') event.respondWith(networkFirst(request, '/'));
	else if (pathname.startsWith('/assets/')) event.respondWith(cacheFirst(request));
	else if (__FILES__.includes(pathname)) event.respondWith(networkFirst(request, pathname));
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(show(String(event.notification.data ?? '/')));
});

async function install(): Promise<void> {
	const cache = await caches.open(shell);
	// What has no hash in its name could be an older one in the browser's own cache.
	const fresh = __FILES__.map(
		(path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'no-cache' }),
	);
	await cache.addAll(fresh);
}

async function throwOldAway(): Promise<void> {
	const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== shell);
	await Promise.all(old.map((name) => caches.delete(name)));
}

async function networkFirst(request: Request, path: string): Promise<Response> {
	const cache = await caches.open(shell);
	const kept = await cache.match(path);
	if (!kept) return fetch(request);
	try {
		return await Promise.race([fetch(request), late()]);
	} catch {
		return kept;
	}
}

function late(): Promise<never> {
	return new Promise((_, reject) => setTimeout(() => reject(new Error('late')), patience));
}

/** Its name says its content, so it cannot be out of date. */
async function cacheFirst(request: Request): Promise<Response> {
	const cache = await caches.open(shell);
	const kept = await cache.match(request.url);
	if (kept) return kept;
	const response = await fetch(request);
	// On a full disk it is shown all the same.
	if (response.ok) await cache.put(request.url, response.clone()).catch(() => {});
	return response;
}

/** Brings the page of a room into view, or opens it. */
async function show(path: string): Promise<void> {
	const pages = await self.clients.matchAll({ type: 'window' });
	const page = pages.find(({ url }) => new URL(url).pathname === path.split('?')[0]) ?? pages[0];
	if (page) await page.focus();
	else await self.clients.openWindow(path);
}
