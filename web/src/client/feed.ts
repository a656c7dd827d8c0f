import { Backoff } from './backoff';
import { ChatError } from './client';
import { type Env, Timer } from './env';
import { Log } from './log';
import type { Way } from './way';
import type { HistoryPage, Joined, Message, MessagesPush, Position } from './wire';

/** How long missing rows may still come by push before they are asked for, in ms. */
export const gapDelay = 300;
/** How many pushes of another epoch are kept until `joined` names it. */
export const foreignLimit = 100;

export interface FeedHooks {
	/**
	 * Rows arrived; this is told before the log takes or drops them. A row of this person with
	 * the cid of an entry acknowledges that entry.
	 */
	arrived(rows: readonly Message[]): void;
	/** The log changed; `fresh` are the rows that came at its end. */
	changed(fresh: readonly Message[]): void;
	/** Asking cannot continue the log: join again, for the newest page if `fromNewest`. */
	rejoin(fromNewest: boolean): void;
}

/** Refusals of a page after which only a join helps. */
const rejoinCodes = new Set(['reset', 'behind', 'not_joined']);

/** Keeps the known log level with the server's: a push is only a hint, the server's log is the truth. */
export class Feed {
	readonly log = new Log();

	readonly #gap: Timer;
	readonly #backoff: Backoff;
	#catching: Promise<void> | null = null;
	#older: Promise<void> | null = null;
	#foreign: MessagesPush[] = [];

	constructor(
		env: Env,
		private readonly way: Way,
		private readonly hooks: FeedHooks,
	) {
		this.#gap = new Timer(env);
		this.#backoff = new Backoff(env);
	}

	/** The position up to which the log is known; undefined while nothing is known. */
	get position(): Position | undefined {
		const { epoch, last } = this.log;
		return epoch === null ? undefined : { epoch, seq: last };
	}

	/**
	 * Takes the answer to a join that asked for the rows after `since`, or for the newest page.
	 * The log may have reached the answer's epoch between question and answer.
	 */
	joined(f: Joined, since: Position | undefined, fromNewest: boolean): void {
		this.hooks.arrived(f.messages);
		const ofEpoch = since?.epoch === f.epoch;
		const goesOn = f.epoch === this.log.epoch && !fromNewest && !(ofEpoch && f.reset);
		if (goesOn && ofEpoch && this.#isTorn(f)) {
			this.hooks.rejoin(true);
			return;
		}
		if (goesOn) this.#apply(f.messages, f.seq);
		else this.#replace(f.epoch, f.messages, f.seq, f.more);
		const waiting = this.#foreign;
		this.#foreign = [];
		for (const push of waiting) if (push.epoch === this.log.epoch) this.push(push);
		// Rows that are still missing were there before the join: no push will bring them.
		if (this.log.behind) void this.catchUp();
	}

	push(f: MessagesPush): void {
		this.hooks.arrived(f.messages);
		if (f.epoch === this.log.epoch) {
			this.#apply(f.messages, 0);
			return;
		}
		if (this.#foreign.length < foreignLimit) this.#foreign.push(f);
		this.hooks.rejoin(false);
	}

	/** The room's log reaches this position. */
	reaches(at: Position): void {
		if (at.epoch === this.log.epoch) this.#apply([], at.seq);
		else this.hooks.rejoin(false);
	}

	/** Takes the row of an acknowledged message. */
	sent(epoch: string, row: Message): void {
		if (epoch === this.log.epoch) this.#apply([row], row.seq);
		else this.hooks.rejoin(false);
	}

	/** Asks for the rows after the last known one, until there are no more. One request at a time. */
	catchUp(): Promise<void> {
		this.#catching ??= this.#askOn().finally(() => {
			this.#catching = null;
			this.#settle();
		});
		return this.#catching;
	}

	/** Loads the newest page, or the rows after the last known one. Rejects when that fails. */
	async pull(fromNewest: boolean): Promise<void> {
		const at = fromNewest ? undefined : this.position;
		const page = await (at ? this.way.after(at.seq) : this.way.history({}));
		if (!page) return;
		this.hooks.arrived(page.messages);
		const { epoch, messages, more } = page;
		if (epoch === this.log.epoch && !this.#isTorn(page)) this.#apply(messages, 0);
		else if (at) return this.pull(true);
		else this.#replace(epoch, messages, messages.at(-1)?.seq ?? 0, more);
		if (at && page.more) this.log.note(this.log.last + 1);
		if (this.log.behind) await this.catchUp();
	}

	/** Loads the page before the first known row. Calls at the same time share a request. */
	loadOlder(): Promise<void> {
		this.#older ??= this.#askBefore().finally(() => {
			this.#older = null;
		});
		return this.#older;
	}

	close(): void {
		this.#gap.clear();
	}

	/** Replaces the known rows by others with the same seqs. */
	exchange(rows: readonly Message[]): void {
		this.log.rows = rows;
		this.hooks.changed([]);
	}

	#replace(epoch: string, page: readonly Message[], end: number, more: boolean): void {
		this.log.replace(epoch, page, end, more);
		this.hooks.changed(this.log.rows);
		this.#settle();
	}

	#apply(messages: readonly Message[], end: number): void {
		const fresh = this.log.add(messages);
		this.log.note(end);
		if (fresh.length > 0) this.hooks.changed(fresh);
		this.#settle();
	}

	/** Gives missing rows a moment to arrive by push, then asks for them. */
	#settle(): void {
		if (!this.log.behind || !this.way.canAsk) this.#gap.clear();
		else if (!this.#gap.running && !this.#catching)
			this.#gap.set(gapDelay, () => void this.catchUp());
	}

	async #askOn(): Promise<void> {
		this.#gap.clear();
		for (let more = true; more || this.log.behind; ) {
			const at = this.position;
			const asked = at && this.way.after(at.seq);
			if (!asked) return;
			try {
				const page = await asked;
				if (!this.#took(page, at)) return;
				more = page.more;
			} catch (e) {
				return this.#failed(e);
			}
		}
		this.#backoff.up();
	}

	/** Takes a page after `at`; false if asking must stop for now. */
	#took(page: HistoryPage, at: Position): boolean {
		this.hooks.arrived(page.messages);
		if (at.epoch !== this.log.epoch) return true;
		if (page.epoch !== at.epoch || this.#isTorn(page)) {
			// The answer to the join tells whether this is another log, or one that lost its beginning.
			this.hooks.rejoin(false);
			return false;
		}
		this.#apply(page.messages, 0);
		if (this.log.last > at.seq) return true;
		if (!page.more) this.log.level();
		// Rows are held back that the page did not show yet (a query is no snapshot): ask again soon.
		if (this.log.behind) this.#later();
		return false;
	}

	/** The page does not continue the known rows. */
	#isTorn(page: { readonly messages: readonly Message[] }): boolean {
		return (page.messages[0]?.seq ?? 0) > this.log.last + 1;
	}

	#failed(e: unknown): void {
		if (!(e instanceof ChatError)) throw e;
		if (rejoinCodes.has(e.code)) this.hooks.rejoin(false);
		else if (e.temporary) this.#later(e.retryAfter);
	}

	#later(retryAfter?: number): void {
		this.#gap.set(gapDelay + this.#backoff.next(retryAfter), () => void this.catchUp());
	}

	async #askBefore(): Promise<void> {
		const { epoch, first, hasOlder } = this.log;
		const page = hasOlder && (await this.way.history({ before: first }));
		if (!page) return;
		this.hooks.arrived(page.messages);
		if (page.epoch !== epoch || this.log.epoch !== epoch || this.log.first !== first) return;
		this.log.prepend(page.messages, page.more);
		this.hooks.changed([]);
	}
}
