import type { Entry } from '../client/client';

/** How many messages of a room are kept, and of how many rooms. */
const most = 50;
const mostRooms = 20;
const prefix = 'pc-last-';

/** The last messages of a room, as the person saw them. */
export interface LastMessages {
	readonly title: string;
	/** The time at which they were kept, in ISO form. */
	readonly at: string;
	readonly entries: readonly Entry[];
}

/**
 * Keeps the last messages of a room for one person, to show them without a network. They are in
 * this browser's Cache Storage, in one cache per person. Where there is no Cache Storage (over
 * plain http from another machine) or no space, nothing is kept.
 */
export async function keep(uid: string, room: string, last: LastMessages): Promise<void> {
	const entries = last.entries.filter(({ seq }) => seq !== undefined).slice(-most);
	const bare = entries.map(({ change, ...entry }) => entry);
	await withCaches(async (all) => {
		const cache = await all.open(prefix + uid);
		await cache.delete(address(room));
		await cache.put(address(room), Response.json({ ...last, entries: bare }));
		const rooms = await cache.keys();
		await Promise.all(rooms.slice(0, -mostRooms).map((old) => cache.delete(old)));
	});
}

/** The kept messages of a room for a person, or null. */
export async function lastOf(uid: string, room: string): Promise<LastMessages | null> {
	const kept = await withCaches(async (all) => {
		if (!(await all.has(prefix + uid))) return undefined;
		return (await all.open(prefix + uid)).match(address(room));
	});
	return kept ? kept.json() : null;
}

/** Forgets the messages kept for anybody but one person. */
export async function forgetOthers(uid: string | null): Promise<void> {
	await withCaches(async (all) => {
		const names = await all.keys();
		const others = names.filter((name) => name.startsWith(prefix) && name !== prefix + uid);
		await Promise.all(others.map((name) => all.delete(name)));
	});
}

/** Forgets the messages kept for one person. */
export async function forget(uid: string): Promise<void> {
	await withCaches((all) => all.delete(prefix + uid));
}

/** The name of a room's entry in the cache. It must have the form of an address; nobody requests it. */
function address(room: string): string {
	return `/last-messages/${encodeURIComponent(room.trim().toLowerCase())}`;
}

async function withCaches<T>(use: (all: CacheStorage) => Promise<T>): Promise<T | undefined> {
	try {
		return globalThis.caches ? await use(caches) : undefined;
	} catch {
		return undefined;
	}
}
