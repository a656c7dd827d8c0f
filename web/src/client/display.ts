import { signal } from '@preact/signals-core';
import type { Entry, Person } from './client';
import { type Env, Timer } from './env';
import type { Log } from './log';
import { overlay } from './overlay';
import type { Queue } from './queue';

/** The outbox as it is shown: its entries with their states, and which of them are late. */
export class Display {
	readonly #entries = signal<readonly Entry[]>([]);
	readonly #lateness: Timer;

	constructor(
		env: Env,
		private readonly queue: Queue,
		private readonly log: Log,
		/** The person, with the name that messages go out under. */
		private readonly me: () => Person,
	) {
		this.#lateness = new Timer(env);
	}

	/** The confirmed entries with the outbox's changes on them, then the outbox's messages. */
	over(confirmed: readonly Entry[]): readonly Entry[] {
		const entries = this.#entries.value;
		const messages = entries.filter(({ target }) => target === undefined);
		return [...overlay(confirmed, entries, this.me()), ...messages];
	}

	/** Shows the entries as they are now, without those that are rows of the log already. */
	update(): void {
		const { queue, log } = this;
		queue.items = queue.items.filter(
			({ acknowledged }) => acknowledged === null || acknowledged > log.last,
		);
		this.#entries.value = queue.items.map((item) => item.shown(this.me().name));
	}

	/** Shows an entry as failed as soon as it is late. */
	watchLateness(): void {
		const { items } = this.queue;
		for (const item of items) item.late ||= (item.left ?? 1) <= 0;
		const left = items.flatMap((item) => item.left ?? []);
		if (left.length === 0) return;
		this.#lateness.set(Math.min(...left), () => {
			this.watchLateness();
			this.update();
		});
	}

	close(): void {
		this.#lateness.clear();
	}
}
