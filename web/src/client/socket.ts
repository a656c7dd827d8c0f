import { signal } from '@preact/signals-core';
import { Backoff } from './backoff';
import { Channel } from './channel';
import { type Api, ChatError, type Connection, type Session } from './client';
import { type Env, Timer } from './env';
import type { ServerFrame } from './wire';

const minute = 60_000;
/**
 * When a client moves to a new channel: API Gateway cuts after 2 h, and not all may move at once.
 */
export const handOverFrom = 100 * minute;
export const handOverSpan = 15 * minute;
/** How many handshakes must fail in a row, though HTTP works, before the client polls. */
export const failuresUntilPolling = 3;
/** When a client that polls looks for a socket again. */
export const socketAgainFrom = minute;
export const socketAgainSpan = minute;
/** Refusals of a join that a repeat would meet again. */
const finalJoinCodes = new Set(['bad_request', 'forbidden', 'not_found', 'too_large']);

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
	/** True: no socket can be had, but HTTP works. False: that is over. */
	polling(on: boolean): void;
}

/** Keeps one joined channel: connects, reconnects, hands over, gives up on sockets or on the session. */
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

	/** Closes a channel that is dead or of no use. Opens a new one at once, or after `error` a little later. */
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

	/** Tells the views how often the client polls. */
	pollEvery(seconds: number): void {
		if (this.#polling) this.state.value = { state: 'polling', everySeconds: seconds };
	}

	/** Asks whether the session still exists and is this person's. Signs out if not. */
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
		// The old one is closed last: replies that it still waits for may arrive there.
		old?.retire();
	}

	#notJoined(channel: Channel, e: ChatError): void {
		this.#candidate = null;
		channel.close();
		if (e.code === 'unauthorized') void this.verify();
		if (finalJoinCodes.has(e.code) && !e.temporary) this.hooks.refused(e);
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
			// A hand-over is under way: no way back is quicker.
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

	/**
	 * A browser does not say why a handshake failed. The session's route tells the session, the
	 * network and the socket apart.
	 */
	async #handshakeFailed(): Promise<void> {
		if (!(await this.verify()) || this.#ended || this.current) return;
		this.#failures++;
		if (this.#failures >= failuresUntilPolling && !this.#polling) this.#setPolling(true);
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
			? socketAgainFrom + this.env.random() * socketAgainSpan
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
