import { ChatError } from './client';
import { type Env, type SocketLike, Timer } from './env';
import {
	type ClientFrame,
	decode,
	type ErrorFrame,
	encode,
	knownCode,
	type Question,
	type Replies,
	type ReplyFrame,
	replyType,
	type ServerFrame,
} from './wire';

/** How long a reply, also over HTTP, and a handshake may take, in ms. */
export const answerLimit = 10_000;
export const handshakeLimit = 10_000;

/** No reply came within the limit, though the socket did not close. */
export class TimedOut extends ChatError {}

/** No answer came that tells the outcome. */
export function unknownOutcome(why: string): ChatError {
	return new ChatError('offline', why, true);
}

/** An error frame or body as the views know it. A code of a later version counts as `internal`. */
export function refusal(f: Omit<ErrorFrame, 'type' | 'id'>): ChatError {
	return new ChatError(knownCode(f.code) ?? 'internal', f.message, f.temporary, f.retryAfter);
}

export interface ChannelEvents {
	opened(): void;
	/** Pushes, and replies that come after their request was given up. */
	frame(frame: ServerFrame): void;
	/** Is called once, and never after `close`. `wasOpen` is false if the handshake failed. */
	closed(wasOpen: boolean): void;
	/** A request got no answer within its limit. */
	unanswered(): void;
}

interface Waiting {
	readonly action: Question['action'];
	readonly timer: Timer;
	resolve(frame: ReplyFrame): void;
	reject(error: ChatError): void;
}

/** One WebSocket. It matches replies to requests by id, and hands on all other frames. */
export class Channel {
	/** The server said `joined` on this channel: pushes may be applied. */
	joined = false;
	/** Pushes that came before `joined`. */
	held: ServerFrame[] = [];

	#state: 'opening' | 'open' | 'retired' | 'closed' = 'opening';
	readonly #socket: SocketLike;
	readonly #waiting = new Map<string, Waiting>();
	readonly #handshake: Timer;
	#nextId = 1;

	constructor(
		private readonly env: Env,
		private readonly events: ChannelEvents,
	) {
		this.#socket = env.socket();
		this.#handshake = new Timer(env);
		this.#handshake.set(handshakeLimit, () => this.#lost());
		this.#socket.onopen = () => this.#opened();
		this.#socket.onmessage = (event) => this.#received(event.data);
		this.#socket.onclose = () => this.#lost();
	}

	/**
	 * Sends a request and resolves with its reply. Rejects with the server's refusal,
	 * with `offline` when the outcome is not known, with TimedOut after `limit` ms.
	 */
	request<F extends Question>(frame: F, limit = answerLimit): Promise<Replies[F['action']]> {
		return new Promise((resolve, reject) => {
			if (this.#state !== 'open') return reject(unknownOutcome('The socket is not open.'));
			const id = String(this.#nextId++);
			const timer = new Timer(this.env);
			timer.set(limit, () => {
				this.#take(id)?.reject(new TimedOut('offline', `No answer to ${frame.action}.`, true));
				this.events.unanswered();
				if (this.#state === 'retired') this.retire();
			});
			this.#waiting.set(id, {
				action: frame.action,
				timer,
				resolve: (reply) => resolve(reply as Replies[F['action']]),
				reject,
			});
			this.#transmit({ ...frame, id });
		});
	}

	/** Sends a frame that gets no reply, if the socket is open. */
	tell(frame: ClientFrame): void {
		if (this.#state === 'open') this.#transmit(frame);
	}

	/** Closes as soon as no reply is awaited. Until then frames are handed on. */
	retire(): void {
		if (this.#state === 'closed') return;
		this.#state = 'retired';
		if (this.#waiting.size === 0) this.close();
	}

	/** Closes without a further event. Awaited replies reject with `offline`. */
	close(): void {
		if (this.#state === 'closed') return;
		this.#state = 'closed';
		this.#handshake.clear();
		this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
		this.#socket.close();
		this.#rejectAll(unknownOutcome('The connection was lost.'));
	}

	#transmit(frame: ClientFrame): void {
		try {
			this.#socket.send(encode(frame));
		} catch {
			this.#lost();
		}
	}

	#opened(): void {
		this.#handshake.clear();
		this.#state = 'open';
		this.events.opened();
	}

	#lost(): void {
		if (this.#state === 'closed') return;
		const wasOpen = this.#state !== 'opening';
		this.close();
		this.events.closed(wasOpen);
	}

	#received(data: unknown): void {
		const frame = typeof data === 'string' ? decode(data) : null;
		if (!frame) return;
		if (frame.type === 'gateway') this.#rejectAll(unknownOutcome(frame.message));
		else if (frame.type === 'error' && frame.id === undefined) this.#errorWithoutId(frame);
		else this.#handOn(frame);
		if (this.#state === 'retired') this.retire();
	}

	#handOn(frame: ServerFrame): void {
		const waiting = 'id' in frame && frame.id !== undefined ? this.#take(frame.id) : undefined;
		if (!waiting) this.events.frame(frame);
		else if (frame.type === 'error') waiting.reject(refusal(frame));
		else if (frame.type === replyType[waiting.action]) waiting.resolve(frame as ReplyFrame);
		else waiting.reject(unknownOutcome(`Got ${frame.type} for ${waiting.action}.`));
	}

	/**
	 * An error without an id refuses a request only if no other one is open. Else nobody knows which
	 * it refuses.
	 */
	#errorWithoutId(frame: ErrorFrame): void {
		this.#rejectAll(this.#waiting.size === 1 ? refusal(frame) : unknownOutcome(frame.message));
	}

	#take(id: string): Waiting | undefined {
		const waiting = this.#waiting.get(id);
		this.#waiting.delete(id);
		waiting?.timer.clear();
		return waiting;
	}

	#rejectAll(error: ChatError): void {
		for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error);
	}
}
