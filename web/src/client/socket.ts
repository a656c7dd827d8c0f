import { signal } from '@preact/signals-core';
import { Backoff } from './backoff';
import { Channel } from './channel';
import { type Api, ChatError, type Connection, type Session } from './client';
import { type Env, Timer } from './env';
import type { ServerFrame } from './wire';

const minute = 60_000;
/** API Gateway cuts at 2 h; everybody moves over before that, and not at once. */
const handOverFrom = 100 * minute;
const handOverSpan = 15 * minute;
/** So many failed handshakes running, though HTTP works, mean that no WebSocket can be had. */
const hopeless = 3;
/** Refusals of a join that the same join will meet again. */
const hopelessJoin = new Set(['bad_request', 'forbidden', 'not_found', 'too_large']);

export interface SocketHooks {
	/** Joins the room on an open channel. Rejects with a ChatError. */
	join(channel: Channel): Promise<void>;
	frame(channel: Channel, frame: ServerFrame): void;
	/** `channel` is the one to use from now on. */
	live(channel: Channel): void;
	/** A request on the channel in use got no answer in time. */
	unanswered(): void;
	/** There is no channel to use. */
	down(): void;
	/** The room cannot be joined; trying again would not help. */
	refused(error: ChatError): void;
	/** How many clients would reconnect together if all of them were cut off. */
	clients(): number;
	/** No socket can be had but HTTP works (true), or that is over (false). */
	polling(on: boolean): void;
}

/** Keeps one joined channel: connects, comes back, hands over, gives up on sockets or on the session. */
export class Socket {
	readonly state = signal<Connection>({ state: 'connecting' });
	/** The joined channel in use. */
	current: Channel | null = null;

	#candidate: Channel | null = null;
	#ended = false;
	#everLive = false;
	#polling = false;
	#failures = 0;
	#verifying: Promise<boolean> | null = null;
	readonly #backoff: Backoff;
	readonly #retry: Timer;
	readonly #handOver: Timer;
	#stops: (() => void)[] = [];

	constructor(
		private readonly env: Env,
		private readonly api: Api,
		private readonly me: Session,
		private readonly hooks: SocketHooks,
	) {
		this.#backoff = new Backoff(env);
		this.#retry = new Timer(env);
		this.#handOver = new Timer(env);
	}

	start(): void {
		this.#stops = [
			this.env.listen('online', () => this.retryNow()),
			this.env.listen('visibility', () => {
				if (this.env.visible() && !this.#polling) this.retryNow();
			}),
		];
		this.#open();
	}

	/** Tries to connect at once, unless connected or about to be. */
	retryNow(): void {
		if (!this.current) this.#open();
	}

	/** The channel is dead or of no use: away with it, and a new one at once, or after `error`'s time. */
	drop(channel: Channel, error?: ChatError): void {
		if (channel !== this.current) return;
		channel.close();
		this.#lostCurrent();
		if (error?.code === 'unauthorized') void this.verify();
		if (this.#candidate) this.state.value = { state: 'reconnecting', retryAt: null };
		else if (error) this.#again(error.retryAfter);
		else this.#open();
	}

	/** HTTP does not answer either. */
	pollFailed(): void {
		if (!this.#polling || this.#ended) return;
		this.#setPolling(false);
		this.#again();
	}

	/** How often is asked, for the views. */
	pollEvery(seconds: number): void {
		if (this.#polling) this.state.value = { state: 'polling', everySeconds: seconds };
	}

	/** Asks whether the session is still there and ours; signs out if it is not. True if it is. */
	verify(): Promise<boolean> {
		this.#verifying ??= this.#askSession().finally(() => {
			this.#verifying = null;
		});
		return this.#verifying;
	}

	signOut(): void {
		this.stop();
		this.state.value = { state: 'signedOut' };
	}

	stop(): void {
		if (this.#ended) return;
		this.#ended = true;
		for (const stop of this.#stops) stop();
		this.#retry.clear();
		this.#candidate?.close();
		this.#candidate = null;
		const current = this.current;
		current?.close();
		this.#lostCurrent();
		this.#setPolling(false);
	}

	#open(): void {
		if (this.#ended || this.#candidate) return;
		this.#retry.clear();
		if (!this.current && !this.#polling)
			this.state.value = this.#everLive
				? { state: 'reconnecting', retryAt: null }
				: { state: 'connecting' };
		const channel = new Channel(this.env, {
			opened: () => void this.#opened(channel),
			frame: (frame) => this.#frame(channel, frame),
			closed: (wasOpen) => this.#closed(channel, wasOpen),
			unanswered: () => channel === this.current && this.hooks.unanswered(),
		});
		this.#candidate = channel;
	}

	async #opened(channel: Channel): Promise<void> {
		try {
			await this.hooks.join(channel);
			if (channel === this.#candidate) this.#adopt(channel);
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			if (channel === this.#candidate) this.#notJoined(channel, e);
		}
	}

	#adopt(channel: Channel): void {
		const old = this.current;
		this.current = channel;
		this.#candidate = null;
		this.#everLive = true;
		this.#failures = 0;
		this.#setPolling(false);
		this.#retry.clear();
		this.#backoff.up();
		this.#handOver.set(handOverFrom + this.env.random() * handOverSpan, () => this.#open());
		this.state.value = { state: 'live' };
		this.hooks.live(channel);
		// After the new one is in use: what is still awaited on the old one may arrive there.
		old?.retire();
	}

	#notJoined(channel: Channel, e: ChatError): void {
		this.#candidate = null;
		channel.close();
		if (e.code === 'unauthorized') void this.verify();
		if (hopelessJoin.has(e.code) && !e.temporary) this.hooks.refused(e);
		else this.#again(e.retryAfter);
	}

	#frame(channel: Channel, frame: ServerFrame): void {
		if (frame.type !== 'bye') {
			this.hooks.frame(channel, frame);
		} else if (frame.retry) {
			channel.close();
			this.#closed(channel, true);
		} else {
			this.signOut();
		}
	}

	#closed(channel: Channel, wasOpen: boolean): void {
		if (channel === this.current) {
			this.#lostCurrent();
			// A hand-over that is under way is the quickest way back.
			if (this.#candidate) this.state.value = { state: 'reconnecting', retryAt: null };
			else this.#again();
		} else if (channel === this.#candidate) {
			this.#candidate = null;
			if (!wasOpen) void this.#handshakeFailed();
			this.#again();
		}
	}

	#lostCurrent(): void {
		if (!this.current) return;
		this.current = null;
		this.#handOver.clear();
		this.hooks.down();
	}

	/** A browser does not tell why a handshake failed: is it the session, the network, or the socket? */
	async #handshakeFailed(): Promise<void> {
		if (!(await this.verify()) || this.#ended || this.current) return;
		this.#failures++;
		if (this.#failures >= hopeless && !this.#polling) this.#setPolling(true);
	}

	async #askSession(): Promise<boolean> {
		try {
			const session = await this.api.session();
			const mine = session?.uid === this.me.uid && session.name !== '';
			if (!mine && !this.#ended) this.signOut();
			return mine;
		} catch {
			return false;
		}
	}

	#again(retryAfter?: number): void {
		if (this.#ended || this.#candidate) return;
		const delay = this.#polling
			? minute + this.env.random() * minute
			: this.#backoff.next(retryAfter, this.hooks.clients());
		if (!this.current && !this.#polling)
			this.state.value = { state: 'reconnecting', retryAt: this.env.now() + delay };
		this.#retry.set(delay, () => this.#open());
	}

	#setPolling(on: boolean): void {
		if (this.#polling === on) return;
		this.#polling = on;
		this.hooks.polling(on);
		if (on && !this.#candidate) this.#again();
	}
}
