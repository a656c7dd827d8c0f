import type { ReadonlySignal } from '@preact/signals-core';
import { unknownOutcome } from './channel';
import { type Change, ChatError, type Entry, type Person, type Session } from './client';
import { Display } from './display';
import { type Env, Timer } from './env';
import type { Feed } from './feed';
import type { Item } from './item';
import { lookOn } from './look';
import { Mend } from './mend';
import type { Presence } from './presence';
import { Queue, roomKey } from './queue';
import type { Way } from './way';
import type { Message, Sent } from './wire';

/** Refusals after which the entry's row may be among rows that were not looked at. */
const lookAgainCodes = new Set(['behind', 'cid_conflict']);

/** The parts of a room that its outbox works with. */
export interface OutboxParts {
	readonly name: string;
	readonly me: Session;
	readonly way: Way;
	readonly feed: Feed;
	readonly presence: Presence;
	readonly canChange: ReadonlySignal<boolean>;
	/** Joins again, and asks for the newest page if `fromNewest`. */
	rejoin(fromNewest: boolean): void;
}

/** Texts on their way into the log. None is lost, none goes in twice, and all go in the order of writing. */
export class Outbox {
	readonly #queue: Queue;
	readonly #display: Display;
	#running = false;
	#again = false;
	#closed = false;
	#attempting: { cid: string; giveUp: (why: ChatError) => void } | null = null;
	readonly #wake: Timer;
	/** Changes are held back as long as it runs. */
	readonly #changesWait: Timer;
	readonly #mend: Mend;

	constructor(
		private readonly env: Env,
		private readonly room: OutboxParts,
	) {
		this.#queue = new Queue(env, room.me.uid, roomKey(room.name));
		this.#display = new Display(env, this.#queue, room.feed.log, () => this.#me());
		this.#wake = new Timer(env);
		this.#changesWait = new Timer(env);
		this.#mend = new Mend(room.feed, room.way, (rows) => this.arrived(rows));
	}

	/** The entries to show: the confirmed ones, with the outbox over and after them. */
	over(confirmed: readonly Entry[]): readonly Entry[] {
		return this.#display.over(confirmed);
	}

	/** Takes a text, or a change of a message; returns its cid at once. */
	write(text: string, about?: { readonly kind: Change; readonly target: number }): string {
		const cid = this.#queue.add(text, this.room.feed.position ?? null, about);
		this.#display.update();
		this.kick();
		return cid;
	}

	/** Sends an entry again, with the same cid, because the person wants it. */
	retry(cid: string): void {
		const item = this.#queue.find(cid);
		if (!item || item.isAcknowledged) return;
		// After a reset the old position means nothing. The text may go in twice: the person has
		// chosen that.
		const lost = item.kept.reset ? { since: null, tried: false } : {};
		item.encourage();
		const change = { ...lost, reset: false, refused: null, wordAt: this.env.now() };
		void this.#queue.keep(item, change);
		this.#giveUp(cid, 'Sent again.');
		this.#display.update();
		this.kick();
	}

	discard(cid: string): void {
		const item = this.#queue.find(cid);
		if (!item) return;
		this.#queue.forget(item);
		this.#giveUp(cid, 'Discarded.');
		this.#display.update();
		this.kick();
	}

	/**
	 * Looks for acknowledgements in a list of rows. An entry whose row the log cannot show yet
	 * stays in view. The row of an edit or a deletion acknowledges nothing: only `sent` says
	 * that the message was changed, too.
	 */
	arrived(rows: readonly Message[]): void {
		let found = false;
		for (const m of rows) {
			if (m.uid !== this.room.me.uid) continue;
			const item = this.#queue.find(m.cid);
			if (item?.overwrites) item.found ??= m.seq;
			else if (item) this.#acknowledge(item, m.seq);
			found ||= item !== undefined;
		}
		if (found) this.#display.update();
	}

	/** A `sent` is an acknowledgement, however late it comes. */
	sent(answer: Sent): void {
		const { cid, epoch, seq, at, duplicate } = answer;
		const item = this.#queue.find(cid);
		if (!item) return;
		this.#acknowledge(item, seq);
		const { uid, kind = 'message', target, text } = item.kept;
		const { name } = this.#me();
		const about = target === undefined ? {} : { target };
		// A new message is a row as it was written. A repeated one may have been changed since, so the
		// log is asked.
		if (duplicate) this.room.feed.reaches({ epoch, seq });
		else this.room.feed.sent(epoch, { seq, kind, cid, uid, name, ...about, text, at });
		this.#display.update();
	}

	/**
	 * The known rows changed: entries that are rows now leave the outbox. The rows are searched
	 * again, as they may have come before the store told of an entry.
	 */
	logChanged(fresh: readonly Message[]): void {
		this.arrived(fresh);
		if (this.#queue.items.some((item) => item.isAcknowledged)) this.#display.update();
	}

	/** A page came, or the answer to a join. */
	joined(epoch: string, reset: boolean): void {
		this.#suspendOthers(epoch, reset);
		void this.#mend.go();
	}

	/** Entries that were written against another log wait until the person decides. */
	#suspendOthers(epoch: string, reset: boolean): void {
		const old = this.#queue.items.filter(
			({ kept: { since } }) => since && (reset || since.epoch !== epoch),
		);
		for (const item of old) {
			if (item.isAcknowledged) this.#queue.drop(item);
			else if (!item.kept.reset) void this.#queue.suspend(item).then(() => this.#display.update());
		}
		if (old.length > 0) this.#display.update();
	}

	/**
	 * At the start, and when there is a way out again: takes the entries that an earlier page left,
	 * and sends.
	 */
	async resume(): Promise<void> {
		void this.#mend.go();
		await this.#reload();
		for (const item of this.#queue.items)
			if (item.why?.retryAfter === undefined) item.notBefore = 0;
		this.kick();
	}

	/** Takes the entries that another tab has left since, and sends what an updated server accepts now. */
	async look(): Promise<void> {
		void this.#mend.go();
		await this.#reload();
		this.kick();
	}

	/** The way out is gone: no answer will come. Entries under way are only pending again. */
	interrupted(): void {
		for (const item of this.#queue.items) item.firstTry = null;
		this.#attempting?.giveUp(unknownOutcome('The connection was lost.'));
	}

	close(): void {
		this.#closed = true;
		this.#wake.clear();
		this.#changesWait.clear();
		this.#display.close();
		this.interrupted();
	}

	/** Sends all that can be sent now. */
	kick(): void {
		if (this.#running) this.#again = true;
		else if (!this.#closed && this.room.way.canSend && this.#next()) void this.#drain();
	}

	async #drain(): Promise<void> {
		this.#running = true;
		this.#again = false;
		try {
			await this.#queue.alone(async () => {
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
		if (!item || !this.room.way.canSend) return false;
		const wait = item.notBefore - this.env.now();
		if (wait > 0) {
			this.#wake.set(wait, () => this.kick());
			return false;
		}
		await this.#attempt(item);
		return true;
	}

	async #attempt(item: Item): Promise<void> {
		item.place(this.room.feed.log);
		item.firstTry ??= this.env.now();
		this.#display.watchLateness();
		// The store must know of the try before it begins.
		await this.#queue.keep(item, { tried: true });
		if (!this.#isOpen(item)) return;
		const { cid, kind, target, text, since } = item.kept;
		const about = kind && target !== undefined ? { kind, target } : {};
		const body = { cid, ...about, text, ...(since && { since }), as: this.room.me.uid };
		const reply = this.room.way.send(body);
		if (!reply) return;
		try {
			await this.#answer(cid, reply);
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			if (this.#isOpen(item)) await this.#refused(item, e);
		}
	}

	/** Waits until the answer comes or the attempt is given up. An answer that comes later counts, too. */
	#answer(cid: string, reply: Promise<Sent>): Promise<void> {
		return new Promise<void>((resolve, reject) => {
			this.#attempting = { cid, giveUp: reject };
			reply.then((answer) => resolve(this.sent(answer)), reject);
		}).finally(() => {
			this.#attempting = null;
		});
	}

	/** Ends the attempt that is under way if it is this entry's. */
	#giveUp(cid: string, why: string): void {
		if (this.#attempting?.cid === cid) this.#attempting.giveUp(unknownOutcome(why));
	}

	async #refused(item: Item, e: ChatError): Promise<void> {
		// Given up for a retry, or with the connection: the next try need not wait.
		if (item.firstTry === null) return;
		item.why = e;
		if (e.code === 'cid_conflict') item.conflicts++;
		if (e.code === 'reset') {
			await this.#queue.keep(item, { reset: true });
			// If the epochs differ, the page has joined the new log meanwhile.
			const { since } = item.kept;
			if (!since || since.epoch === this.room.feed.log.epoch) this.room.rejoin(true);
		} else if (e.code === 'bad_request' && item.kept.kind) {
			// A function of revision 1 refuses changes, and cannot say whether the row is in the log.
			// Functions are deployed one after the other, so this may differ from what `joined` said.
			this.#changesWait.set(item.backoff.next(), () => this.kick());
			this.room.rejoin(false);
		} else if (!e.temporary && !item.mayPass(e.code)) {
			await this.#queue.keep(item, { refused: { code: e.code, message: e.message } });
		} else {
			item.notBefore = this.env.now() + item.backoff.next(e.retryAfter);
			await this.#recover(item, e);
		}
		this.#display.update();
	}

	/** Prepares a better next try. */
	async #recover(item: Item, e: ChatError): Promise<void> {
		const { feed, way } = this.room;
		const { since } = item.kept;
		if (e.code === 'not_joined') this.room.rejoin(false);
		if (e.code === 'unauthorized') await way.socket.verify();
		if (!lookAgainCodes.has(e.code) || !since) return;
		try {
			const looked = await lookOn(since, feed, way, (rows) => this.arrived(rows));
			item.kept = { ...item.kept, since: looked };
			item.notBefore = 0;
		} catch (failed) {
			if (!(failed instanceof ChatError)) throw failed;
		}
	}

	/** Makes the entries here those of the store, which other tabs change, too. */
	async #reload(): Promise<void> {
		const merge = await this.#queue.read();
		if (!merge || this.#closed) return;
		merge();
		const { rows, epoch } = this.room.feed.log;
		this.arrived(rows);
		if (epoch !== null) this.#suspendOthers(epoch, false);
		this.#display.update();
	}

	#next(): Item | undefined {
		const all = this.room.canChange.peek() && !this.#changesWait.running;
		return this.#queue.items.find(({ isQueued, kept }) => isQueued && (!kept.kind || all));
	}

	/** The entry is still in the outbox, and not known to be in the log. */
	#isOpen(item: Item): boolean {
		return !item.isAcknowledged && this.#queue.items.includes(item);
	}

	#acknowledge(item: Item, seq: number): void {
		if (item.isAcknowledged) return;
		item.acknowledged = seq;
		this.#queue.erase(item);
		this.#giveUp(item.kept.cid, 'It is in the log.');
	}

	/** The person, with the name that messages go out under. */
	#me(): Person {
		const { me, presence } = this.room;
		return { uid: me.uid, name: presence.nameOf(me) };
	}
}
