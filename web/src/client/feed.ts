import { Backoff } from './backoff';
import { ChatError } from './client';
import { type Env, Timer } from './env';
import { Log } from './log';
import type { HistoryPage, HistoryQuery, Joined, Message, MessagesPush, Position } from './wire';

const hold = 300;
const pageSize = 100;
/** Pushes of another epoch that are kept until `joined` names theirs. */
const foreignLimit = 100;

/** Asks for a page of the room's history, by socket or by HTTP. */
export type AskHistory = (query: Omit<HistoryQuery, 'room'>) => Promise<HistoryPage>;

export interface FeedHooks {
	/** Null while there is nobody to ask. */
	history(): AskHistory | null;
	/** Every list that came in, before any rule: one's own (uid, cid) in it is an acknowledgement. */
	seen(messages: readonly Message[]): void;
	/** The log changed; `fresh` are the rows that came at its end. */
	changed(fresh: readonly Message[]): void;
	/** The log cannot be continued by asking: join again, from nothing if `anew`. */
	rejoin(anew: boolean): void;
}

const mustRejoin = new Set(['reset', 'behind', 'not_joined']);

/** Keeps the log level with the server: push is only a hint, the log is the truth. */
export class Feed {
	readonly log = new Log();

	readonly #gap: Timer;
	readonly #backoff: Backoff;
	#catching: Promise<void> | null = null;
	#older: Promise<void> | null = null;
	#foreign: MessagesPush[] = [];

	constructor(
		env: Env,
		private readonly hooks: FeedHooks,
	) {
		this.#gap = new Timer(env);
		this.#backoff = new Backoff(env);
	}

	/** Up to where the log is known; undefined when nothing is. */
	get position(): Position | undefined {
		const { epoch, last } = this.log;
		return epoch === null ? undefined : { epoch, seq: last };
	}

	/**
	 * Takes the answer to a join that asked for what came after `since`, or to begin anew.
	 * The log may have come to the answer's epoch since it was asked.
	 */
	joined(f: Joined, since: Position | undefined, anew: boolean): void {
		this.hooks.seen(f.messages);
		const ofEpoch = since?.epoch === f.epoch;
		const goesOn = f.epoch === this.log.epoch && !anew && !(ofEpoch && f.reset);
		if (goesOn && ofEpoch && this.#isTorn(f)) {
			this.hooks.rejoin(true);
			return;
		}
		if (goesOn) this.#apply(f.messages, f.seq);
		else this.#replace(f.epoch, f.messages, f.seq, f.more);
		const waiting = this.#foreign;
		this.#foreign = [];
		for (const push of waiting) if (push.epoch === this.log.epoch) this.push(push);
		// What is still missing was there before the join: no push will bring it.
		if (this.log.behind) void this.catchUp();
	}

	push(f: MessagesPush): void {
		this.hooks.seen(f.messages);
		if (f.epoch === this.log.epoch) {
			this.#apply(f.messages, 0);
			return;
		}
		if (this.#foreign.length < foreignLimit) this.#foreign.push(f);
		this.hooks.rejoin(false);
	}

	/** Takes what a pong tells of the room. */
	head(at: Position): void {
		if (at.epoch === this.log.epoch) this.#apply([], at.seq);
		else this.hooks.rejoin(false);
	}

	/** Takes an acknowledged message of one's own, as the row that it is. */
	sent(epoch: string, row: Message): void {
		if (epoch === this.log.epoch) this.#apply([row], row.seq);
		else this.hooks.rejoin(false);
	}

	/** Asks for what comes after the log's end, until there is no more. One request at a time. */
	catchUp(): Promise<void> {
		this.#catching ??= this.#askOn().finally(() => {
			this.#catching = null;
			this.#settle();
		});
		return this.#catching;
	}

	/** Loads the newest page, or what came after the known end. Rejects when that cannot be had. */
	async pull(anew: boolean): Promise<void> {
		const ask = this.hooks.history();
		if (!ask) return;
		const at = anew ? undefined : this.position;
		const page = await ask(at ? { after: at.seq, limit: pageSize } : {});
		this.hooks.seen(page.messages);
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

	#replace(epoch: string, page: readonly Message[], head: number, more: boolean): void {
		this.log.replace(epoch, page, head, more);
		this.hooks.changed(this.log.rows);
		this.#settle();
	}

	#apply(messages: readonly Message[], head: number): void {
		const fresh = this.log.add(messages);
		this.log.note(head);
		if (fresh.length > 0) this.hooks.changed(fresh);
		this.#settle();
	}

	/** Gives what is missing a moment to arrive by push, then asks. */
	#settle(): void {
		if (!this.log.behind || !this.hooks.history()) this.#gap.clear();
		else if (!this.#gap.running && !this.#catching) this.#gap.set(hold, () => void this.catchUp());
	}

	async #askOn(): Promise<void> {
		this.#gap.clear();
		for (let more = true; more || this.log.behind; ) {
			const ask = this.hooks.history();
			const at = this.position;
			if (!ask || !at) return;
			try {
				const page = await ask({ after: at.seq, limit: pageSize });
				if (!this.#took(page, at)) return;
				more = page.more;
			} catch (e) {
				return this.#failed(e);
			}
		}
		this.#backoff.up();
	}

	/** Takes a page after `at`; false when there is nothing to go on with now. */
	#took(page: HistoryPage, at: Position): boolean {
		this.hooks.seen(page.messages);
		if (at.epoch !== this.log.epoch) return true;
		if (page.epoch !== at.epoch || this.#isTorn(page)) {
			// The answer to the join tells whether it is another log, or has lost its beginning.
			this.hooks.rejoin(false);
			return false;
		}
		this.#apply(page.messages, 0);
		if (this.log.last > at.seq) return true;
		if (!page.more) this.log.level();
		// Rows are held that the log did not show yet (a query is no snapshot): soon.
		if (this.log.behind) this.#later();
		return false;
	}

	/** It does not go on where the log ends. */
	#isTorn(page: { readonly messages: readonly Message[] }): boolean {
		return (page.messages[0]?.seq ?? 0) > this.log.last + 1;
	}

	#failed(e: unknown): void {
		if (!(e instanceof ChatError)) throw e;
		if (mustRejoin.has(e.code)) this.hooks.rejoin(false);
		else if (e.temporary) this.#later(e.retryAfter);
	}

	#later(retryAfter?: number): void {
		this.#gap.set(hold + this.#backoff.next(retryAfter), () => void this.catchUp());
	}

	async #askBefore(): Promise<void> {
		const ask = this.hooks.history();
		const { epoch, first, hasOlder } = this.log;
		if (!ask || !hasOlder) return;
		const page = await ask({ before: first });
		this.hooks.seen(page.messages);
		if (page.epoch !== epoch || this.log.epoch !== epoch || this.log.first !== first) return;
		this.log.prepend(page.messages, page.more);
		this.hooks.changed([]);
	}
}
