import { Backoff } from './backoff';
import { ChatError, type Entry } from './client';
import type { Clock } from './env';
import type { Log } from './log';
import type { Stored } from './storage';
import { changing, knownCode } from './wire';

/** The age from which an entry waits until the person decides, in ms. */
export const waitingAge = 24 * 60 * 60 * 1000;
/** How long after its first try an entry is shown as failed, in ms. */
export const lateAge = 15_000;
/** How often an entry looks for its own row when the server says that another row has its cid. */
export const mostConflicts = 3;

/** Refusals after which the same entry may still go in. */
const passingCodes = new Set(['behind', 'not_joined', 'unauthorized', 'offline']);

/**
 * One entry of the outbox: the part that the store keeps, and the part that only this tab knows.
 */
export class Item {
	/** When this tab first sent it over the connection in use: `lateAge` counts from there. */
	firstTry: number | null = null;
	/** Not to be sent before. */
	notBefore = 0;
	/** It was not acknowledged in time. It is tried on all the same. */
	late = false;
	/** Why the last try failed. */
	why: ChatError | undefined;
	/** How often the server said that another row has its cid. */
	conflicts = 0;
	/** The seq of its row, if that was seen though no answer came. */
	found: number | null = null;
	/** Its seq in the log. The entry is shown here until the known rows reach that. */
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

	/** It changes the row of another message. The server does so after it has put the entry's own row. */
	get overwrites(): boolean {
		return changing.get(this.kept.kind) === true;
	}

	/** It waits until the person decides: it is too old and not in the log, or the log was reset. */
	get waits(): boolean {
		const old = this.found === null && this.clock.now() - this.kept.wordAt > waitingAge;
		return this.kept.reset || old;
	}

	/** It may go out without a decision of the person. */
	get isQueued(): boolean {
		return !this.isAcknowledged && !this.kept.refused && !this.waits;
	}

	/**
	 * Whether it may still go in after a refusal. The other row that has its cid may be its own,
	 * with a text that was edited since: a function of revision 1 takes that for another message.
	 * So the client looks for that row a few times before it believes the refusal.
	 */
	mayPass(code: string): boolean {
		if (code === 'cid_conflict' && !this.overwrites) return this.conflicts < mostConflicts;
		return passingCodes.has(code);
	}

	/** How long until it is late, in ms; undefined while no time runs. */
	get left(): number | undefined {
		if (this.firstTry === null || this.late || this.isAcknowledged) return undefined;
		return this.firstTry + lateAge - this.clock.now();
	}

	/** The person has decided that it is to be sent. */
	encourage(): void {
		this.firstTry = null;
		this.notBefore = 0;
		this.late = false;
		this.why = undefined;
	}

	/**
	 * Moves `since` on, but only over rows that were looked at without a gap. An entry that was
	 * never tried can be in no row. One that was tried before an epoch was known can be in any.
	 * One that was found is searched nowhere else.
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
