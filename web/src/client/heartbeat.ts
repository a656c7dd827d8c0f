import { type Env, Timer } from './env';

const second = 1000;
const minute = 60 * second;
const lively = 5 * minute;
const soon = 2 * second;
const eager = 25 * second;
const quiet = 2 * minute;
const longest = 4 * minute;
/** So much after the count of people may be wrong it is asked for. */
const over = second / 2;

/**
 * When to ask whether the socket lives and how far the room is: 25 s after the
 * last push of the room's messages while it is in view and was alive in the last five
 * minutes, 2 min where it is quiet, else, and whatever arrives, 4 min after the
 * last ping; at once when the page comes into view, the network comes back, or a
 * request got no answer; in view also as soon as the count of people may be wrong, as
 * one of them may have vanished. docs/client.md says why that costs next to nothing.
 */
export class Heartbeat {
	readonly #timer: Timer;
	#stops: (() => void)[] = [];
	#lastPing = 0;
	#lastPush = 0;
	#lastMessage = 0;
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

	/** A join counts as a ping: it tells the same. */
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

	/** Messages were pushed: no other frame shows that pushes come and how far the log is. */
	pushed(): void {
		this.#lastPush = this.env.now();
		if (this.#running) this.#plan();
	}

	/** Somebody wrote: by push, or it was in an answer. */
	message(): void {
		this.#lastMessage = this.env.now();
		if (this.#running) this.#plan();
	}

	/** The count of people was said to hold for so many ms, if that is known. */
	holds(ms: number | undefined): void {
		this.#until = this.env.now() + (ms || Infinity);
		if (this.#running) this.#plan();
	}

	/** Asks at once: the socket may be dead. */
	ask(): void {
		void this.#beat();
	}

	/** What the last pong said is to be asked again, in 2 s. */
	soon(): void {
		this.#doubt = true;
	}

	#visibility(): void {
		if (this.env.visible()) this.#beat();
		else this.#plan();
	}

	#plan(): void {
		const now = this.env.now();
		const alive = now - this.#lastMessage < lively;
		const latest = this.#lastPing + longest;
		const idle = this.#lastPush + (alive ? eager : quiet);
		let due = this.env.visible() ? Math.min(idle, latest, this.#until + over) : latest;
		if (this.#doubt) due = 0;
		// Of two functions each goes by its own clock: none makes a client ask on and on.
		due = Math.max(due, this.#lastPing + soon);
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
