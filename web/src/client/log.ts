import type { Message } from './wire';

/**
 * What is known of a room's log, in one epoch: a run of rows without holes, and
 * rows further on that wait for those before them. No clock, no network.
 */
export class Log {
	/** Null until the room's epoch is known. */
	epoch: string | null = null;
	/** Consecutive, ascending. Replaced, never changed, when rows are added. */
	rows: readonly Message[] = [];
	/** Every row up to here was looked at, from `first` on. */
	last = 0;
	/** There are rows before the first known one. */
	hasOlder = false;

	#ahead = new Map<number, Message>();
	#head = 0;

	/** The seq of the first known row; one more than `last` if there is none. */
	get first(): number {
		return this.rows[0]?.seq ?? this.last + 1;
	}

	/** The log is known to go on after `last`. */
	get behind(): boolean {
		return this.#head > this.last;
	}

	/** Rows are at hand that cannot be shown before those between. */
	get holding(): boolean {
		return this.#ahead.size > 0;
	}

	/** Starts again from the newest page of the log, whose end is `head` or further on. */
	replace(epoch: string, page: readonly Message[], head: number, hasOlder: boolean): void {
		const known = epoch === this.epoch ? this.#head : 0;
		this.epoch = epoch;
		this.rows = [];
		this.#ahead.clear();
		this.last = page[0] ? page[0].seq - 1 : head;
		this.#head = Math.max(this.last, known);
		this.hasOlder = hasOlder && this.last > 0;
		this.add(page);
		this.note(head);
	}

	/** Applies what follows on, holds what is further on, drops the rest. Returns what was applied. */
	add(messages: readonly Message[]): readonly Message[] {
		for (const m of messages) {
			if (m.seq > this.last) this.#ahead.set(m.seq, m);
			this.note(m.seq);
		}
		const fresh: Message[] = [];
		for (;;) {
			const next = this.#ahead.get(this.last + 1);
			if (!next) break;
			this.#ahead.delete(next.seq);
			this.last = next.seq;
			fresh.push(next);
		}
		if (fresh.length > 0) this.rows = [...this.rows, ...fresh];
		return fresh;
	}

	/** The log is known to reach `seq`. */
	note(seq: number): void {
		this.#head = Math.max(this.#head, seq);
	}

	/** The log turned out to end at `last`. */
	level(): void {
		this.#head = Math.max(this.last, ...this.#ahead.keys());
	}

	/** Adds the page that ends before `first`; of what does not touch it, nothing. */
	prepend(page: readonly Message[], more: boolean): void {
		const older: Message[] = [];
		for (const m of [...page].reverse()) if (m.seq === this.first - 1 - older.length) older.push(m);
		this.rows = [...older.reverse(), ...this.rows];
		this.hasOlder = more && older.length > 0;
	}
}
