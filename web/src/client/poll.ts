import { ChatError } from './client';
import { type Env, Timer } from './env';
import type { Socket } from './socket';

/** How long after the last message the room counts as lively, in ms. */
export const livelyPeriod = 120_000;
/** How often the client asks, in seconds: in a lively room, in a quiet one, and out of view. */
export const livelyPoll = 2;
export const quietPoll = 10;
export const hiddenPoll = 60;

export interface PollHooks {
	/** Brings the log level over HTTP. Rejects with a ChatError. */
	pull(): Promise<void>;
	/** The log is level. */
	pulled(): void;
	/** HTTP refused, and would refuse again. */
	refused(): void;
}

/**
 * Polls over HTTP where no socket can be had: often while the page is in view and somebody writes.
 */
export class Poller {
	on = false;
	/** A pull has succeeded since the start: messages may go out. */
	ready = false;

	#lastMessage = 0;
	#pulling = false;
	#urgent = false;
	readonly #timer: Timer;
	#stops: (() => void)[] = [];

	constructor(
		private readonly env: Env,
		private readonly socket: Socket,
		private readonly hooks: PollHooks,
	) {
		this.#timer = new Timer(env);
	}

	start(): void {
		if (this.on) return;
		this.on = true;
		this.socket.pollEvery(this.#seconds());
		this.#stops = [
			this.env.listen('online', () => this.now()),
			this.env.listen('visibility', () => {
				if (this.env.visible()) this.now();
			}),
		];
		this.now();
	}

	stop(): void {
		this.on = this.ready = false;
		this.#timer.clear();
		for (const stop of this.#stops) stop();
		this.#stops = [];
	}

	/** Somebody wrote. */
	message(): void {
		this.#lastMessage = this.env.now();
	}

	/** Asks at once; if a question is under way, once more after it. */
	now(): void {
		if (this.#pulling) this.#urgent = true;
		else if (this.on) void this.#poll();
	}

	#seconds(): number {
		if (!this.env.visible()) return hiddenPoll;
		return this.env.now() - this.#lastMessage < livelyPeriod ? livelyPoll : quietPoll;
	}

	async #poll(): Promise<void> {
		this.#pulling = true;
		this.#urgent = false;
		this.#timer.clear();
		let wait = 0;
		try {
			await this.hooks.pull();
			if (this.on) this.#succeeded();
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			wait = e.retryAfter ?? 0;
			if (this.on) this.#report(e);
		} finally {
			this.#pulling = false;
		}
		if (this.on) this.#plan(wait);
	}

	#succeeded(): void {
		this.ready = true;
		this.hooks.pulled();
	}

	#report(e: ChatError): void {
		if (e.code === 'offline') this.socket.pollFailed();
		else if (!e.temporary) {
			if (e.code === 'unauthorized') void this.socket.verify();
			else this.hooks.refused();
		}
	}

	#plan(wait: number): void {
		const seconds = Math.max(wait, this.#seconds());
		this.socket.pollEvery(seconds);
		if (this.#urgent && wait === 0) this.now();
		else this.#timer.set(seconds * 1000, () => this.now());
	}
}
