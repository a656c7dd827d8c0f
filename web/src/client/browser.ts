import type { Env } from './env';
import type { OutboxStore } from './storage';

/** The environment that a browser gives. It touches nothing until it is called. */
export function browserEnv(): Env {
	return {
		now: () => Date.now(),
		random: strongRandom,
		setTimeout: (run, ms) => window.setTimeout(run, ms),
		clearTimeout: (handle) => window.clearTimeout(handle as number),
		socket: () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws?v=1`),
		fetch: (path, init) => fetch(path, init),
		store: lateStore(async () =>
			(await import('./sending')).indexedStore(() => globalThis.indexedDB),
		),
		lock,
		visible: () => document.visibilityState === 'visible',
		listen(event, run) {
			const target = event === 'online' ? window : document;
			const name = event === 'online' ? 'online' : 'visibilitychange';
			target.addEventListener(name, run);
			return () => target.removeEventListener(name, run);
		},
	};
}

/** A store whose code is fetched at its first use. */
function lateStore(load: () => Promise<OutboxStore>): OutboxStore {
	let loaded: Promise<OutboxStore> | undefined;
	const store = () => {
		loaded ??= load().catch((e) => {
			loaded = undefined;
			throw e;
		});
		return loaded;
	};
	return {
		load: async (uid, room) => (await store()).load(uid, room),
		put: async (entry) => (await store()).put(entry),
		remove: async (entry) => (await store()).remove(entry),
	};
}

/** Cids are made from it, so two machines must not draw the same. */
function strongRandom(): number {
	return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/** A page from another host over plain http has no locks: there every tab sends by itself. */
async function lock(name: string, job: () => Promise<void>): Promise<void> {
	const { locks } = navigator as Partial<Navigator>;
	await (locks ? locks.request(name, job) : job());
}
