import type { Clock } from './env';

const cap = 30_000;
const base = 500;
/** A thousand clients that are each up for so long knock no more than 100 times a second. */
const steady = 10_000;
/** So many a second may come back: API Gateway takes 500 new connections a second. */
const perSecond = 150;

/**
 * How long to wait before the next try: full jitter, rand(0, min(30 s, first · 2^n)),
 * so that a thousand clients cut off at once do not come back at once. `first` is
 * 0.5 s, or what a crowd needs to come back 150 a second. It starts over after a
 * connection that stayed up for 10 s.
 */
export class Backoff {
	#tries = 0;
	#upSince: number | null = null;

	constructor(private readonly clock: Pick<Clock, 'now' | 'random'>) {}

	/**
	 * In ms. Never less than `retryAfter` seconds, which the server may ask for.
	 * `crowd` is how many may be waiting with this one.
	 */
	next(retryAfter = 0, crowd = 0): number {
		if (this.#upSince !== null && this.clock.now() - this.#upSince >= steady) this.#tries = 0;
		this.#upSince = null;
		const first = Math.max(base, (crowd * 1000) / perSecond);
		const span = Math.min(cap, first * 2 ** this.#tries++);
		return retryAfter * 1000 + this.clock.random() * span;
	}

	/** A connection is up from now on. */
	up(): void {
		this.#upSince = this.clock.now();
	}
}
