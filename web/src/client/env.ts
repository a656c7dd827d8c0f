/** The client's environment, which a browser or a test gives. */
import type { OutboxStore } from './storage';

export interface Clock {
	/** ms since 1970. */
	now(): number;
	/** 0 ≤ x < 1. */
	random(): number;
	setTimeout(run: () => void, ms: number): unknown;
	clearTimeout(handle: unknown): void;
}

/** The part of a WebSocket that the client uses. */
export type SocketLike = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'send' | 'close'>;

export interface Env extends Clock {
	/** Starts a handshake at /ws?v=1. */
	socket(): SocketLike;
	fetch(path: string, init: RequestInit): Promise<Response>;
	/** The outbox of this browser, shared by its tabs. */
	readonly store: OutboxStore;
	/** Runs `job` while no other tab holds the lock of that name. */
	lock(name: string, job: () => Promise<void>): Promise<void>;
	visible(): boolean;
	/** 'visibility': it changed. 'online': the network came back. Returns a function that stops listening. */
	listen(event: 'visibility' | 'online', run: () => void): () => void;
}

/** A timer that can be set again: only the last call of `set` counts. */
export class Timer {
	#handle: unknown = null;

	constructor(private readonly clock: Clock) {}

	get running(): boolean {
		return this.#handle !== null;
	}

	set(ms: number, run: () => void): void {
		this.clear();
		this.#handle = this.clock.setTimeout(() => {
			this.#handle = null;
			run();
		}, ms);
	}

	clear(): void {
		if (this.#handle !== null) this.clock.clearTimeout(this.#handle);
		this.#handle = null;
	}
}
