import { Backoff } from './backoff';
import { ChatError, type Entry } from './client';
import type { Clock } from './env';
import type { Log } from './log';
import type { Stored } from './storage';
import { knownCode } from './wire';

const day = 24 * 60 * 60 * 1000;
const patience = 15_000;

/** Refusals after which the same message may still go in. */
const passing = new Set(['behind', 'not_joined', 'unauthorized', 'offline']);

/** One entry of the outbox: what the store keeps, and what only this tab knows. */
export class Item {
	/** When this tab first sent it over the connection at hand; from then on its 15 s count. */
	firstTry: number | null = null;
	/** Not to be sent before. */
	notBefore = 0;
	/** 15 s passed without an acknowledgement. It is tried on all the same. */
	late = false;
	/** What came of the last try. */
	why: ChatError | undefined;
	/** How often another row was said to have its cid. */
	conflicts = 0;
	/** Where its row is in the log, though nobody answered. */
	found: number | null = null;
	/** Its seq in the log; it is shown here until the log's run has come so far. */
	acknowledged: number | null = null;

	readonly backoff: Backoff;

	constructor(
		private readonly clock: Clock,
		public kept: Stored,
		/** Resolves when the store has `kept`: false if that failed. */
		public safe: Promise<boolean>,
	) {
		this.backoff = new Backoff(clock);
	}

	get isAcknowledged(): boolean {
		return this.acknowledged !== null;
	}

	/** It changes the row of another message, which is done after its own row is put. */
	get overwrites(): boolean {
		return this.kept.kind === 'edit' || this.kept.kind === 'delete';
	}

	/** It needs the person's word: too old and not in the log, or written before that was reset. */
	get waits(): boolean {
		const old = this.found === null && this.clock.now() - this.kept.wordAt > day;
		return this.kept.reset || old;
	}

	/** It may go out without anybody's word. */
	get isQueued(): boolean {
		return !this.isAcknowledged && !this.kept.refused && !this.waits;
	}

	/**
	 * Whether it may still go in after a refusal. That another row has its cid can mean its own,
	 * whose text was changed since: a function from before there were changes takes that for
	 * another message. So it looks for it first.
	 */
	mayPass(code: string): boolean {
		if (code === 'cid_conflict' && !this.overwrites) return this.conflicts < 3;
		return passing.has(code);
	}

	/** How long until it is late, in ms; undefined when that does not count (now). */
	get left(): number | undefined {
		if (this.firstTry === null || this.late || this.isAcknowledged) return undefined;
		return this.firstTry + patience - this.clock.now();
	}

	/** The person said: send it. */
	encourage(): void {
		this.firstTry = null;
		this.notBefore = 0;
		this.late = false;
		this.why = undefined;
	}

	/**
	 * Moves `since` on: only over rows that were looked at, one after the other. An entry that
	 * was never tried is in no row at all; one tried before an epoch was known, in any row; one
	 * that was found is not looked for elsewhere.
	 */
	place({ epoch, first, last }: Log): void {
		if (epoch === null) return;
		if (this.found !== null) {
			this.kept = { ...this.kept, since: { epoch, seq: this.found - 1 } };
			return;
		}
		const since = this.kept.since ?? { epoch, seq: this.kept.tried ? 0 : last };
		const looked = since.epoch === epoch && since.seq >= first - 1 && since.seq < last;
		this.kept = { ...this.kept, since: looked ? { epoch, seq: last } : since };
	}

	/** As the views show it. */
	shown(name: string): Entry {
		const { uid, cid, text, written, kind = 'message', target } = this.kept;
		const state = this.#state();
		const error = state === 'failed' ? this.#error() : undefined;
		const at = new Date(written).toISOString();
		const key = `${uid}:${cid}`;
		const notBefore = this.why?.retryAfter && state === 'pending' ? this.notBefore : undefined;
		const more = {
			...(error && { error }),
			...(notBefore && { notBefore }),
			...(target && { target }),
		};
		return { key, kind, cid, uid, name, text, at, state, ...more };
	}

	#state(): Entry['state'] {
		if (this.isAcknowledged) return 'pending';
		if (this.kept.refused) return 'failed';
		if (this.waits) return 'waiting';
		return this.late ? 'failed' : 'pending';
	}

	#error(): ChatError | undefined {
		const { refused } = this.kept;
		if (!refused) return this.why;
		return new ChatError(knownCode(refused.code) ?? 'internal', refused.message, false);
	}
}
