import type { Env, SocketLike } from '../../src/client/env';
import { memoryStore, type OutboxStore } from '../../src/client/storage';
import { FakeConnection, type FakeServer } from './fake-server';

export interface FakeEnv extends Env {
	look(visible: boolean): void;
	fire(event: 'visibility' | 'online'): void;
	chance: () => number;
	/** How many listeners there are; none when everything is closed. */
	listeners(): number;
}

let state = 1;

/**
 * Random numbers that are the same in every run (Park and Miller's generator). Tabs share them, so
 * no two draw alike.
 */
function chance(): number {
	state = (state * 16_807) % 2_147_483_647;
	return state / 2_147_483_647;
}

/** An environment for tests: it connects to the fake server, on the faked clock of the test. */
export function fakeEnv(server: FakeServer, store: OutboxStore = memoryStore()): FakeEnv {
	const listeners = new Map<string, Set<() => void>>();
	const of = (event: string) => {
		const set = listeners.get(event) ?? new Set();
		listeners.set(event, set);
		return set;
	};
	let visible = true;
	const env: FakeEnv = {
		now: () => Date.now(),
		chance,
		random: () => env.chance(),
		setTimeout: (run, ms) => setTimeout(run, ms),
		clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
		socket: () => connect(server),
		fetch: (path, init) => server.fetch(path, init),
		store,
		lock: fakeLocks(),
		visible: () => visible,
		listen(event, run) {
			of(event).add(run);
			return () => of(event).delete(run);
		},
		look(now) {
			visible = now;
			env.fire('visibility');
		},
		fire: (event) => [...of(event)].forEach((run) => void run()),
		listeners: () => [...listeners.values()].reduce((n, set) => n + set.size, 0),
	};
	return env;
}

function connect(server: FakeServer): SocketLike {
	const c = new FakeConnection(server);
	const socket = {
		close: () => c.close(),
		send(text: string) {
			if (c.closed) throw new Error('closed');
			setTimeout(() => !c.closed && c.receive(text), server.latency);
		},
	};
	for (const name of ['onopen', 'onmessage', 'onclose'] as const)
		Object.defineProperty(socket, name, {
			get: () => c[name],
			set: (v) => {
				c[name] = v;
			},
		});
	return socket as unknown as SocketLike;
}

/** Locks by name; the first to ask is the first to get one. */
export function fakeLocks(): Env['lock'] {
	const queues = new Map<string, Promise<void>>();
	return (name, job) => {
		const run = (queues.get(name) ?? Promise.resolve()).then(job);
		queues.set(
			name,
			run.catch(() => {}),
		);
		return run;
	};
}
