import type { Clock } from './env';

/** Bounds of the time from which the wait is drawn, in ms. */
export const longestSpan = 30_000;
export const shortestSpan = 500;
/**
 * How long a connection must stay up, in ms, for the next wait to be short again. A thousand
 * clients whose connections live that long connect at most 100 times a second.
 */
export const steadyPeriod = 10_000;
/** How many clients may reconnect in a second. API Gateway takes 500 new connections a second. */
export const reconnectsPerSecond = 150;

/**
 * How long to wait before the next try: full jitter, rand(0, min(30 s, first · 2^n)),
 * so that a thousand clients that were cut off at once do not reconnect at once. `first` is
 * 0.5 s, or the time in which all clients reconnect at 150 a second. The wait is short again
 * after a connection that stayed up for 10 s.
 */
export class Backoff {
	#tries = 0;
	#upSince: number | null = null;

	constructor(private readonly clock: Pick<Clock, 'now' | 'random'>) {}

	/**
	 * In ms, and never less than the `retryAfter` seconds that the server may ask for.
	 * `clients` is how many may be waiting together with this one.
	 */
	next(retryAfter = 0, clients = 0): number {
		if (this.#upSince !== null && this.clock.now() - this.#upSince >= steadyPeriod) this.#tries = 0;
		this.#upSince = null;
		const first = Math.max(shortestSpan, (clients * 1000) / reconnectsPerSecond);
		const span = Math.min(longestSpan, first * 2 ** this.#tries++);
		return retryAfter * 1000 + this.clock.random() * span;
	}

	/** A connection is up from now on. */
	up(): void {
		this.#upSince = this.clock.now();
	}
}
