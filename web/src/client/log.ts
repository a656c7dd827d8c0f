import type { Message } from './wire';

/**
 * The known part of a room's log, in one epoch: rows without a gap between them, and
 * rows further on that wait until the gap is filled. It has no clock and no network.
 */
export class Log {
	/** Null until the room's epoch is known. */
	epoch: string | null = null;
	/** Consecutive and ascending. A new list replaces this one when rows are added. */
	rows: readonly Message[] = [];
	/** Every row up to here was looked at, from `first` on. */
	last = 0;
	/** The log has rows before the first known one. */
	hasOlder = false;

	#ahead = new Map<number, Message>();
	#end = 0;

	/** The seq of the first known row; one more than `last` if there is none. */
	get first(): number {
		return this.rows[0]?.seq ?? this.last + 1;
	}

	/** The log has rows after `last`. */
	get behind(): boolean {
		return this.#end > this.last;
	}

	/** There are rows that wait for those before them. */
	get holding(): boolean {
		return this.#ahead.size > 0;
	}

	/** Starts again from the newest page of the log, which reaches `end` or further. */
	replace(epoch: string, page: readonly Message[], end: number, hasOlder: boolean): void {
		const known = epoch === this.epoch ? this.#end : 0;
		this.epoch = epoch;
		this.rows = [];
		this.#ahead.clear();
		this.last = page[0] ? page[0].seq - 1 : end;
		this.#end = Math.max(this.last, known);
		this.hasOlder = hasOlder && this.last > 0;
		this.add(page);
		this.note(end);
	}

	/** Adds the rows that continue the log, keeps those further on, drops the rest. Returns the added ones. */
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

	/** The log reaches `seq`. */
	note(seq: number): void {
		this.#end = Math.max(this.#end, seq);
	}

	/** The log turned out to end at `last`. */
	level(): void {
		this.#end = Math.max(this.last, ...this.#ahead.keys());
	}

	/** Adds a page of rows before `first`, but only those that join it without a gap. */
	prepend(page: readonly Message[], more: boolean): void {
		const older: Message[] = [];
		for (const m of [...page].reverse()) if (m.seq === this.first - 1 - older.length) older.push(m);
		this.rows = [...older.reverse(), ...this.rows];
		this.hasOlder = more && older.length > 0;
	}
}
