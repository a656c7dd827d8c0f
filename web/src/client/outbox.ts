import { signal } from '@preact/signals-core';
import { unknownOutcome } from './channel';
import { newCid } from './cid';
import { type Change, ChatError, type Entry } from './client';
import { type Env, Timer } from './env';
import { Item } from './item';
import type { Log } from './log';
import { type LookHooks, lookOn } from './look';
import { Mend, type MendHooks } from './mend';
import { overlay } from './overlay';
import type { Stored } from './storage';
import type { Message, SendBody, Sent } from './wire';

const longestText = 4000;

/** Refusals after which it may be in rows that were not looked at. */
const lookFor = new Set(['behind', 'cid_conflict']);

/**
 * Under what changes to a room's messages are kept: not with the messages, which pages from
 * before there were changes look for, or those would send them as messages. No room is named so.
 */
function changesOf(room: string): string {
	return `${room}\nchanges`;
}

export interface OutboxHooks extends MendHooks, LookHooks {
	/** How a message goes out; null while nothing can (not joined as this person). */
	transport(): ((body: Omit<SendBody, 'room'>) => Promise<Sent>) | null;
	/** Whether the server knows of changes to messages. */
	canChange(): boolean;
	/** It is in the log. */
	sent(answer: Sent, kept: Stored): void;
	rejoin(anew: boolean): void;
	/** Asks whether the session is still there; false if not. */
	verify(): Promise<boolean>;
	/** The name that messages go out under. */
	name(): string;
}

/** Texts on their way into the log: none lost, none twice, in the order of writing. */
export class Outbox {
	readonly #entries = signal<readonly Entry[]>([]);
	#items: Item[] = [];
	#running = false;
	#again = false;
	#closed = false;
	#lastWritten = 0;
	#attempting: { cid: string; giveUp: (why: ChatError) => void } | null = null;
	readonly #wake: Timer;
	/** As long as it runs changes are held back. */
	readonly #changes: Timer;
	readonly #mend: Mend;
	readonly #lateness: Timer;

	constructor(
		private readonly env: Env,
		private readonly uid: string,
		private readonly room: string,
		private readonly log: Log,
		private readonly hooks: OutboxHooks,
	) {
		this.#wake = new Timer(env);
		this.#changes = new Timer(env);
		this.#mend = new Mend(log, hooks, (rows) => this.seen(rows));
		this.#lateness = new Timer(env);
	}

	/** What is to be shown: the confirmed entries with what is here over and after them. */
	over(confirmed: readonly Entry[]): readonly Entry[] {
		const entries = this.#entries.value;
		const changes = entries.filter(({ target }) => target !== undefined);
		const messages = entries.filter(({ target }) => target === undefined);
		const me = { uid: this.uid, name: this.hooks.name() };
		return [...overlay(confirmed, changes, me), ...messages];
	}

	/** Takes a text, or a change of a message; returns its cid at once. */
	write(text: string, about?: { readonly kind: Change; readonly target: number }): string {
		const written = Math.max(this.env.now(), this.#lastWritten + 1);
		this.#lastWritten = written;
		const { epoch, last } = this.log;
		const tooLong = [...text].length > longestText;
		const kept: Stored = {
			uid: this.uid,
			room: about ? changesOf(this.room) : this.room,
			cid: newCid(this.env, written),
			...about,
			text,
			written,
			wordAt: written,
			since: epoch === null ? null : { epoch, seq: last },
			tried: false,
			reset: false,
			refused: tooLong
				? { code: 'too_large', message: `More than ${longestText} characters.` }
				: null,
		};
		const item = new Item(this.env, kept, Promise.resolve(false));
		this.#items.push(item);
		void this.#keep(item, {});
		this.#publish();
		this.kick();
		return kept.cid;
	}

	/** The person's word: send it again, with the same cid. */
	retry(cid: string): void {
		const item = this.#find(cid);
		if (!item || item.isAcknowledged) return;
		// After a reset the old place means nothing; that it may go in twice is the person's choice.
		const lost = item.kept.reset ? { since: null, tried: false } : {};
		item.encourage();
		void this.#keep(item, { ...lost, reset: false, refused: null, wordAt: this.env.now() });
		if (this.#attempting?.cid === cid) this.#attempting.giveUp(unknownOutcome('Sent again.'));
		this.#publish();
		this.kick();
	}

	discard(cid: string): void {
		const item = this.#find(cid);
		if (!item) return;
		this.#forget(item);
		if (this.#attempting?.cid === cid) this.#attempting.giveUp(unknownOutcome('Discarded.'));
		this.#publish();
		this.kick();
	}

	/**
	 * Looks for acknowledgements in a list of rows; those not yet in the log's run stay in view.
	 * The row of an edit or a deletion is none: only `sent` says that the message was changed, too.
	 */
	seen(messages: readonly Message[]): void {
		let found = false;
		for (const m of messages) {
			if (m.uid !== this.uid) continue;
			const item = this.#find(m.cid);
			if (item?.overwrites) item.found ??= m.seq;
			else if (item) this.#acknowledge(item, m.seq);
			found ||= item !== undefined;
		}
		if (found) this.#publish();
	}

	/** A `sent` is an acknowledgement, however late it comes. */
	sent(answer: Sent): void {
		const item = this.#find(answer.cid);
		if (!item) return;
		this.#acknowledge(item, answer.seq);
		this.hooks.sent(answer, item.kept);
		this.#publish();
	}

	/**
	 * The log's run changed: acknowledged entries that are rows now leave the outbox. The rows
	 * are looked at again: they may have come before the store told of an entry.
	 */
	logChanged(fresh: readonly Message[]): void {
		this.seen(fresh);
		if (this.#items.some((item) => item.isAcknowledged)) this.#publish();
	}

	/** A page came, or the answer to a join. */
	joined(epoch: string, reset: boolean): void {
		this.#ofOthers(epoch, reset);
		void this.#mend.go();
	}

	/** What was written against another log waits for the person's word. */
	#ofOthers(epoch: string, reset: boolean): void {
		const old = this.#items.filter(
			({ kept: { since } }) => since && (reset || since.epoch !== epoch),
		);
		for (const item of old) {
			if (item.isAcknowledged) this.#drop(item);
			else if (!item.kept.reset) void this.#reset(item);
		}
		if (old.length > 0) this.#publish();
	}

	/** It waits from now on, unless another tab has sent it or taken it out. */
	async #reset(item: Item): Promise<void> {
		item.kept = { ...item.kept, reset: true };
		item.found = null;
		const safe = await item.safe;
		const kept = safe ? await this.#load().catch(() => null) : null;
		if (!kept || kept.some(({ cid }) => cid === item.kept.cid)) this.#keep(item, { reset: true });
		else if (!item.isAcknowledged) this.#drop(item);
		this.#publish();
	}

	/** At the start, and when there is a way out again: what an earlier page left, and what waited. */
	async resume(): Promise<void> {
		void this.#mend.go();
		await this.#reload();
		for (const item of this.#items) if (item.why?.retryAfter === undefined) item.notBefore = 0;
		this.kick();
	}

	/** What another tab has left since, and what a later server takes. */
	async look(): Promise<void> {
		void this.#mend.go();
		await this.#reload();
		this.kick();
	}

	/** The way out is gone: an answer will not come. Queued entries are only pending again. */
	interrupted(): void {
		for (const item of this.#items) item.firstTry = null;
		this.#attempting?.giveUp(unknownOutcome('The connection was lost.'));
	}

	close(): void {
		this.#closed = true;
		this.#wake.clear();
		this.#changes.clear();
		this.#lateness.clear();
		this.interrupted();
	}

	/** Sends what can be sent now. */
	kick(): void {
		if (this.#running) this.#again = true;
		else if (!this.#closed && this.hooks.transport() && this.#next()) void this.#drain();
	}

	/** Only one tab at a time sends, or the order of writing would be lost. */
	async #drain(): Promise<void> {
		this.#running = true;
		this.#again = false;
		try {
			await this.env.lock(`projectchat:outbox:${this.uid}:${this.room}`, async () => {
				await this.#reload();
				while (!this.#closed && (await this.#step()));
			});
		} finally {
			this.#running = false;
		}
		if (this.#again) this.kick();
	}

	/** Sends the next entry; false when there is nothing to do now. */
	async #step(): Promise<boolean> {
		const item = this.#next();
		if (!item || !this.hooks.transport()) return false;
		const wait = item.notBefore - this.env.now();
		if (wait > 0) {
			this.#wake.set(wait, () => this.kick());
			return false;
		}
		await this.#attempt(item);
		return true;
	}

	async #attempt(item: Item): Promise<void> {
		item.place(this.log);
		item.firstTry ??= this.env.now();
		this.#watchLateness();
		// That it was tried must be known before it can be true.
		await this.#keep(item, { tried: true });
		const transport = this.hooks.transport();
		if (!transport || !this.#isOpen(item)) return;
		const { cid, kind, target, text, since } = item.kept;
		const about = kind && target !== undefined ? { kind, target } : {};
		const body = { cid, ...about, text, ...(since && { since }), as: this.uid };
		try {
			await this.#answer(cid, transport(body));
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			if (this.#isOpen(item)) await this.#refused(item, e);
		}
	}

	/** Waits for the answer or for somebody to give it up; when it comes later, it counts all the same. */
	#answer(cid: string, reply: Promise<Sent>): Promise<void> {
		return new Promise<void>((resolve, reject) => {
			this.#attempting = { cid, giveUp: reject };
			reply.then((answer) => resolve(this.sent(answer)), reject);
		}).finally(() => {
			this.#attempting = null;
		});
	}

	async #refused(item: Item, e: ChatError): Promise<void> {
		// Given up for a Retry, or with the connection: the next try need not wait.
		if (item.firstTry === null) return;
		item.why = e;
		if (e.code === 'cid_conflict') item.conflicts++;
		if (e.code === 'reset') {
			await this.#keep(item, { reset: true });
			// Else the log has begun anew meanwhile.
			if (!item.kept.since || item.kept.since.epoch === this.log.epoch) this.hooks.rejoin(true);
		} else if (e.code === 'bad_request' && item.kept.kind) {
			// Of a function from before there were changes, whatever `joined` said: they are
			// deployed one after the other. It does not know either whether the row is in the log.
			this.#changes.set(item.backoff.next(), () => this.kick());
			this.hooks.rejoin(false);
		} else if (!e.temporary && !item.mayPass(e.code)) {
			await this.#keep(item, { refused: { code: e.code, message: e.message } });
		} else {
			item.notBefore = this.env.now() + item.backoff.next(e.retryAfter);
			await this.#recover(item, e);
		}
		this.#publish();
	}

	/** Does what makes the next try better than this one. */
	async #recover(item: Item, e: ChatError): Promise<void> {
		if (e.code === 'not_joined') this.hooks.rejoin(false);
		if (e.code === 'unauthorized') await this.hooks.verify();
		if (!lookFor.has(e.code) || !item.kept.since) return;
		try {
			const { since } = item.kept;
			const looked = await lookOn(since, this.log, this.hooks, (rows) => this.seen(rows));
			item.kept = { ...item.kept, since: looked };
			item.notBefore = 0;
		} catch (failed) {
			if (!(failed instanceof ChatError)) throw failed;
		}
	}

	/** Makes the entries here those of the store, which other tabs change, too. */
	async #reload(): Promise<void> {
		const before = this.#items.map((item) => ({ item, safe: item.safe }));
		const wasSafe = await Promise.all(before.map(({ safe }) => safe));
		const kept = await this.#load().catch(() => null);
		if (!kept || this.#closed) return;
		const inStore = new Map(kept.map((k) => [k.cid, k]));
		for (const [i, { item, safe }] of before.entries()) {
			const stored = inStore.get(item.kept.cid);
			inStore.delete(item.kept.cid);
			if (!wasSafe[i] || item.safe !== safe) continue; // The store is not newer.
			// What another tab sent or discarded is gone; what it tried was tried.
			if (stored) item.kept = stored;
			else if (!item.isAcknowledged) this.#drop(item);
		}
		for (const stored of inStore.values())
			if (!this.#find(stored.cid))
				this.#items.push(new Item(this.env, stored, Promise.resolve(true)));
		this.#items.sort((a, b) => a.kept.written - b.kept.written);
		this.#lastWritten = Math.max(
			this.#lastWritten,
			...this.#items.map((item) => item.kept.written),
		);
		this.seen(this.log.rows);
		if (this.log.epoch !== null) this.#ofOthers(this.log.epoch, false);
		this.#publish();
	}

	/** All that the store has of the room, as it says. */
	async #load(): Promise<Stored[]> {
		const { store } = this.env;
		const [messages, changes] = await Promise.all([
			store.load(this.uid, this.room),
			store.load(this.uid, changesOf(this.room)),
		]);
		return [...messages, ...changes];
	}

	#next(): Item | undefined {
		const all = this.hooks.canChange() && !this.#changes.running;
		return this.#items.find(({ isQueued, kept }) => isQueued && (!kept.kind || all));
	}

	/** Still here, and not known to be in the log. */
	#isOpen(item: Item): boolean {
		return !item.isAcknowledged && this.#items.includes(item);
	}

	#acknowledge(item: Item, seq: number): void {
		if (item.isAcknowledged) return;
		item.acknowledged = seq;
		void this.env.store.remove(item.kept).catch(() => {});
		if (this.#attempting?.cid === item.kept.cid)
			this.#attempting.giveUp(unknownOutcome('It is in the log.'));
	}

	#find(cid: string): Item | undefined {
		return this.#items.find((item) => item.kept.cid === cid);
	}

	#keep(item: Item, change: Partial<Stored>): Promise<unknown> {
		item.kept = { ...item.kept, ...change };
		item.safe = this.env.store.put(item.kept).then(
			() => true,
			() => false,
		);
		return item.safe;
	}

	#drop(item: Item): void {
		this.#items = this.#items.filter((other) => other !== item);
	}

	#forget(item: Item): void {
		this.#drop(item);
		void this.env.store.remove(item.kept).catch(() => {});
	}

	/** Without an acknowledgement for 15 s an entry is shown as failed. */
	#watchLateness(): void {
		for (const item of this.#items) item.late ||= (item.left ?? 1) <= 0;
		const left = this.#items.flatMap((item) => item.left ?? []);
		if (left.length === 0) return;
		this.#lateness.set(Math.min(...left), () => {
			this.#watchLateness();
			this.#publish();
		});
	}

	#publish(): void {
		const { last } = this.log;
		this.#items = this.#items.filter(
			({ acknowledged }) => acknowledged === null || acknowledged > last,
		);
		this.#entries.value = this.#items.map((item) => item.shown(this.hooks.name()));
	}
}
