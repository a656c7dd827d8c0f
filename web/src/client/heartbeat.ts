import { type Env, Timer } from './env';

const second = 1000;
const minute = 60 * second;
/** How long after its last message a room counts as lively. */
export const livelyPeriod = 5 * minute;
/** How long after the last push of messages the client pings, in view: in a lively room, and in a quiet one. */
export const livelyInterval = 25 * second;
export const quietInterval = 2 * minute;
/** How long after the last ping the next one comes in any case, also out of view. */
export const longestInterval = 4 * minute;
/** How long after the last ping the next planned one may come. */
export const shortestInterval = 2 * second;
/** How long after the count of people has expired the client asks for it. */
export const countDelay = second / 2;

/**
 * When to ask whether the socket lives and how far the room's log is. A ping goes out when its
 * interval (above) is over; in view also when the count of people has expired, as one of them
 * may have vanished. It goes out at once when the page comes into view, the network comes back,
 * or a request got no answer. docs/client.md says why that costs next to nothing.
 */
export class Heartbeat {
	readonly #timer: Timer;
	#stops: (() => void)[] = [];
	#lastPing = 0;
	#lastPush = 0;
	#lastMessage = 0;
	/** When the count of people expires. */
	#until = Infinity;
	#running = false;
	#asking = false;
	#doubt = false;

	/** `ping` never rejects. */
	constructor(
		private readonly env: Env,
		private readonly ping: () => Promise<unknown>,
	) {
		this.#timer = new Timer(env);
	}

	/** A channel is in use. The join on it counts as a ping: it tells the same. */
	start(): void {
		this.#lastPing = this.#lastPush = this.env.now();
		if (!this.#running) {
			this.#stops = [
				this.env.listen('visibility', () => this.#visibility()),
				this.env.listen('online', () => this.#beat()),
			];
		}
		this.#running = true;
		this.#plan();
	}

	stop(): void {
		this.#running = false;
		this.#timer.clear();
		for (const stop of this.#stops) stop();
		this.#stops = [];
	}

	/**
	 * Messages were pushed. Only such a frame shows that pushes still come, and how far the log is.
	 */
	pushed(): void {
		this.#lastPush = this.env.now();
		if (this.#running) this.#plan();
	}

	/** Somebody wrote; a push or an answer said so. */
	message(): void {
		this.#lastMessage = this.env.now();
		if (this.#running) this.#plan();
	}

	/** The count of people expires after `ms`, or never if the server did not say. */
	holds(ms: number | undefined): void {
		this.#until = this.env.now() + (ms || Infinity);
		if (this.#running) this.#plan();
	}

	/** Asks at once: the socket may be dead. */
	ask(): void {
		void this.#beat();
	}

	/** The last pong is in doubt: asks again at the shortest interval. */
	askSoon(): void {
		this.#doubt = true;
	}

	#visibility(): void {
		if (this.env.visible()) this.#beat();
		else this.#plan();
	}

	#plan(): void {
		const now = this.env.now();
		const alive = now - this.#lastMessage < livelyPeriod;
		const latest = this.#lastPing + longestInterval;
		const idle = this.#lastPush + (alive ? livelyInterval : quietInterval);
		let due = this.env.visible() ? Math.min(idle, latest, this.#until + countDelay) : latest;
		if (this.#doubt) due = 0;
		// Two functions have two clocks. The shortest interval keeps their difference from making a
		// client ping on and on.
		due = Math.max(due, this.#lastPing + shortestInterval);
		this.#timer.set(Math.max(0, due - now), () => this.#beat());
	}

	async #beat(): Promise<void> {
		if (this.#asking || !this.#running) return;
		this.#asking = true;
		this.#doubt = false;
		this.#until = Infinity;
		this.#lastPing = this.env.now();
		await this.ping();
		this.#asking = false;
		this.#lastPush = this.env.now();
		if (this.#running) this.#plan();
	}
}
