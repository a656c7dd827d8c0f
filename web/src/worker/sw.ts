/**
 * The service worker starts the page without a network, from the files of one build.
 *
 * It asks the network for the page first, so people with a network always get the newest. The
 * page's files have the hash of their content in their names, so the cached file equals the
 * server's. The worker fetches all files of a build when it is installed. It deletes them when a
 * later worker takes over, and that happens when no page uses them any more: a page never gets
 * files of two builds. It leaves /api/, /ws and other origins alone, and it knows nothing of the
 * messages that the page keeps (log/last-messages.ts).
 */
export {};

declare const self: ServiceWorkerGlobalScope;
/** The build puts both in: see build.ts. */
declare const __FILES__: readonly string[];
declare const __VERSION__: string;

const prefix = 'pc-shell-';
const shell = prefix + __VERSION__;
/** The time in ms that the network has to answer if the cache has the page. */
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
	// A file without a hash in its name could be an old one in the browser's own cache.
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

/** The file's name has the hash of its content, so a cached one is never out of date. */
async function cacheFirst(request: Request): Promise<Response> {
	const cache = await caches.open(shell);
	const kept = await cache.match(request.url);
	if (kept) return kept;
	const response = await fetch(request);
	// On a full disk the page gets the file all the same.
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
