import { batch, computed, type ReadonlySignal, signal } from '@preact/signals-core';
import { type HttpApi, httpApi } from './api';
import { type Channel, TimedOut, unknownOutcome } from './channel';
import { type Change, ChatError, type Entry, type Person, type Room, type Session } from './client';
import type { Env } from './env';
import { type AskHistory, Feed } from './feed';
import { Fold } from './fold';
import { Heartbeat } from './heartbeat';
import type { Outbox, OutboxHooks } from './outbox';
import { Poller } from './poll';
import { Presence } from './presence';
import { Socket } from './socket';
import type { Stored } from './storage';
import type { Joined, Message, Pong, Position, Sent, ServerFrame } from './wire';

const pongLimit = 5000;
const lively = 300_000;
/**
 * The crowd that a tab reckons with of which nobody sees whether it is there: in a
 * storm most of the tabs of many small rooms are such.
 */
const outOfView = 900;

/**
 * Under what the outbox keeps a room's entries. Finer than the server's own folding:
 * it may keep two spellings of one room apart, but never takes two rooms for one.
 */
export function roomKey(name: string): string {
	return name.trim().normalize('NFD').toLowerCase().normalize('NFC');
}

/** Opens a room; it connects at once. Its outbox is there at once if it is given, else after `prepare`. */
export function openRoom(name: string, me: Session, env: Env, outbox?: typeof Outbox): Room {
	const room = new OpenRoom(name, me, env, httpApi(env));
	if (outbox) room.adopt(outbox);
	room.start();
	return room;
}

class OpenRoom implements Room {
	readonly title;
	readonly connection;
	readonly phase = signal<'loading' | 'ready' | 'failed'>('loading');
	readonly entries;
	readonly hasOlder = signal(false);
	readonly loadingOlder = signal(false);
	readonly online;
	readonly onlineCount;
	readonly revision = signal(0);
	readonly canSend: ReadonlySignal<boolean>;
	readonly canChange: ReadonlySignal<boolean>;
	readonly typing = signal<Person | null>(null);

	readonly #confirmed = signal<readonly Entry[]>([]);
	readonly #fold = new Fold();
	/** Of what epoch that is. */
	#folded: string | null = null;
	/** The room as replies and pushes name it. */
	#key = '';
	/** The next join asks for the newest page, whatever is known. */
	#anew = false;
	/** A join is under way on the channel in use. */
	#rejoining = false;

	readonly #feed: Feed;
	readonly #outbox = signal<Outbox | null>(null);
	#preparing: Promise<void> | null = null;
	#closed = false;
	readonly #presence: Presence;
	readonly #socket: Socket;
	readonly #heart: Heartbeat;
	readonly #poller: Poller;

	constructor(
		private readonly name: string,
		readonly me: Session,
		private readonly env: Env,
		private readonly api: HttpApi,
	) {
		this.title = signal(name);
		this.#presence = new Presence(env);
		this.#feed = new Feed(env, {
			history: () => this.#history(),
			seen: (messages) => this.#sending?.seen(messages),
			changed: (fresh) => this.#changed(fresh),
			rejoin: (anew) => void this.#rejoin(anew),
		});
		this.#socket = new Socket(env, api, me, {
			join: (channel) => this.#join(channel),
			frame: (channel, frame) => this.#frame(channel, frame),
			live: () => this.#live(),
			unanswered: () => this.#heart.ask(),
			down: () => this.#down(),
			refused: () => this.#refused(),
			crowd: () => Math.max(env.visible() ? 0 : outOfView, this.onlineCount.value ?? 0),
			polling: (on) => this.#poll(on),
		});
		this.#heart = new Heartbeat(env, () => this.#ping());
		this.#poller = new Poller(env, {
			pull: () => this.#pull(),
			pulled: () => this.#pulled(),
			every: (seconds) => this.#socket.pollEvery(seconds),
			refused: (e) => (e.code === 'unauthorized' ? void this.#socket.verify() : this.#refused()),
			failed: () => this.#socket.pollFailed(),
		});
		this.connection = this.#socket.state;
		this.online = this.#presence.online;
		this.onlineCount = this.#presence.count;
		this.canSend = computed(() => this.#outbox.value !== null);
		// Over HTTP it is taken for granted: functions are deployed before the page.
		this.canChange = computed(
			() => this.revision.value >= 2 || this.connection.value.state === 'polling',
		);
		this.entries = computed(() => {
			const confirmed = this.#confirmed.value;
			return this.#outbox.value?.over(confirmed) ?? confirmed;
		});
	}

	start(): void {
		this.#socket.start();
	}

	prepare(): Promise<void> {
		this.#preparing ??= import('./sending').then(
			({ Outbox }) => this.adopt(Outbox),
			() => {
				this.#preparing = null;
			},
		);
		return this.#preparing;
	}

	/** Takes what sends messages, and with it what an earlier page left. */
	adopt(Kind: typeof Outbox): void {
		if (this.#closed || this.#sending) return;
		const { log } = this.#feed;
		const outbox = new Kind(this.env, this.me.uid, roomKey(this.name), log, this.#outboxHooks());
		this.#outbox.value = outbox;
		void outbox.resume();
	}

	send(text: string): string {
		if (!this.#sending) throw new Error('send before canSend');
		return this.#sending.write(text);
	}

	change(kind: Change, target: number, text: string): string {
		if (!this.#sending) throw new Error('change before canSend');
		return this.#sending.write(text, { kind, target });
	}

	/** It gets no answer; but an error, by a server that does not know it, has the id then. */
	type(): void {
		if (this.revision.peek() < 2) return;
		this.#socket.current?.tell({ action: 'typing', id: 't', room: this.#key });
	}

	retry(cid: string): void {
		this.#sending?.retry(cid);
	}

	discard(cid: string): void {
		this.#sending?.discard(cid);
	}

	/** Resolves also when the page could not be had: `hasOlder` is true then, as before. */
	async loadOlder(): Promise<void> {
		this.loadingOlder.value = true;
		try {
			await this.#feed.loadOlder();
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
		} finally {
			this.loadingOlder.value = false;
		}
	}

	retryNow(): void {
		this.#poller.now();
		this.#socket.retryNow();
	}

	close(): void {
		this.#closed = true;
		this.#sending?.close();
		this.#socket.stop();
		this.#feed.close();
		this.#presence.clear();
	}

	/** The outbox, once it is there. */
	get #sending(): Outbox | null {
		return this.#outbox.peek();
	}

	#outboxHooks(): OutboxHooks {
		return {
			transport: () => this.#transport(),
			canChange: () => this.canChange.peek(),
			history: () => this.#history(),
			changed: () => this.#changed([]),
			sent: (answer, kept) => this.#sent(answer, kept),
			catchUp: () => this.#feed.catchUp(),
			rejoin: (anew) => void this.#rejoin(anew),
			verify: () => this.#socket.verify(),
			name: () => this.#myName(),
		};
	}

	async #join(channel: Channel): Promise<void> {
		const anew = this.#anew;
		const since = anew ? undefined : this.#feed.position;
		const answer = await channel.request({
			action: 'join',
			room: this.name,
			...(since && { since }),
		});
		if (answer.uid !== this.me.uid) {
			this.#socket.signOut();
			throw unknownOutcome('Joined as somebody else.');
		}
		if (anew) this.#anew = false;
		batch(() => this.#joined(channel, answer, since, anew));
	}

	#joined(channel: Channel, answer: Joined, since: Position | undefined, anew: boolean): void {
		this.#key = answer.room;
		this.title.value = answer.title;
		this.revision.value = answer.v;
		channel.joined = true;
		this.#presence.joined(answer.online, answer.onlineCount);
		this.#heart.holds(answer.onlineFor);
		this.#feed.joined(answer, since, anew);
		// A reset of another epoch's place says nothing of what was written in this one.
		this.#sending?.joined(answer.epoch, answer.reset && since?.epoch === answer.epoch);
		this.phase.value = 'ready';
		const { held } = channel;
		channel.held = [];
		for (const frame of held) this.#frame(channel, frame);
	}

	/** Joins again on the channel in use; where there is none, the next join does it. */
	async #rejoin(anew: boolean): Promise<void> {
		this.#anew ||= anew;
		if (this.#poller.on) return this.#poller.now();
		const channel = this.#socket.current;
		if (!channel || this.#rejoining) return;
		this.#rejoining = true;
		try {
			await this.#join(channel);
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			this.#socket.drop(channel, e);
		} finally {
			this.#rejoining = false;
		}
		if (this.#anew) void this.#rejoin(false);
		this.#sending?.kick();
	}

	#live(): void {
		this.#heart.start();
		if (this.#anew) void this.#rejoin(false);
		else if (this.#feed.log.behind) void this.#feed.catchUp();
		void this.#sending?.resume();
	}

	#down(): void {
		this.#heart.stop();
		this.#sending?.interrupted();
	}

	#refused(): void {
		if (this.phase.value === 'loading') this.phase.value = 'failed';
	}

	#frame(channel: Channel, frame: ServerFrame): void {
		if (!channel.joined) return void channel.held.push(frame);
		if ('room' in frame && frame.room !== this.#key) return;
		if (frame.type === 'messages') this.#heart.pushed();
		batch(() => {
			if (frame.type === 'messages') this.#feed.push(frame);
			else if (frame.type === 'presence') this.#presence.push(frame);
			else if (frame.type === 'typing') this.typing.value = frame;
			else if (frame.type === 'sent') this.#sending?.sent(frame);
			else if (frame.type === 'history') this.#sending?.seen(frame.messages);
		});
	}

	async ping(): Promise<number | null> {
		const from = this.env.now();
		return (await this.#ping()) ? this.env.now() - from : null;
	}

	/** True if an answer came. */
	async #ping(): Promise<boolean> {
		const channel = this.#socket.current;
		if (!channel) return false;
		try {
			const pong = await channel.request({ action: 'ping', rooms: [this.#key] }, pongLimit);
			batch(() => this.#pong(pong));
			return true;
		} catch (e) {
			// Any other answer, a refusal too, shows that the socket lives; if the server knows it.
			if (e instanceof TimedOut) this.#socket.drop(channel);
			else if (e instanceof ChatError && e.code === 'unauthorized') this.#socket.drop(channel, e);
			return false;
		}
	}

	#pong({ v, heads }: Pong): void {
		this.revision.value = v ?? 1;
		const head = Object.hasOwn(heads, this.#key) ? heads[this.#key] : undefined;
		if (!head) return;
		if (!head.live) return void this.#rejoin(false);
		const { epoch, seq } = head;
		if (epoch !== undefined && seq !== undefined) this.#feed.head({ epoch, seq });
		this.#heart.holds(head.onlineFor);
		const doubt = this.#presence.pong(head.onlineCount, head.onlineFor);
		if (doubt === 'sure') void this.#rejoin(false);
		else if (doubt) this.#heart.soon();
		// A tab that was closed may have left something behind after this one last looked.
		void this.#sending?.look();
	}

	#poll(on: boolean): void {
		if (on) {
			this.#presence.clear();
			this.#poller.start();
		} else {
			this.#poller.stop();
			if (!this.#socket.current) this.#sending?.interrupted();
		}
	}

	async #pull(): Promise<void> {
		const anew = this.#anew;
		try {
			await this.#feed.pull(anew);
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			if (e.code === 'reset' && !anew) await this.#feed.pull(true);
			// Nobody has spoken in it yet.
			else if (e.code !== 'not_found') throw e;
		}
		if (anew) this.#anew = false;
	}

	#pulled(): void {
		this.phase.value = 'ready';
		const { position } = this.#feed;
		if (position) this.#sending?.joined(position.epoch, false);
		this.#sending?.kick();
	}

	#history(): AskHistory | null {
		if (this.#poller.on) return (query) => this.api.messages({ room: this.name, ...query });
		const channel = this.#socket.current;
		return (
			channel && ((query) => channel.request({ action: 'history', room: this.#key, ...query }))
		);
	}

	#transport(): ReturnType<OutboxHooks['transport']> {
		if (this.#poller.on)
			return this.#poller.ready ? (body) => this.api.post({ room: this.name, ...body }) : null;
		const channel = this.#socket.current;
		if (!channel || this.#rejoining) return null;
		return (body) => channel.request({ action: 'send', room: this.#key, ...body });
	}

	/** A new message is a row like others; of a repeat the log tells the row as it is now. */
	#sent(answer: Sent, { kind, target, text }: Stored): void {
		const { seq, cid, at, epoch } = answer;
		const about = target === undefined ? {} : { target };
		const row = {
			seq,
			kind: kind ?? 'message',
			cid,
			uid: this.me.uid,
			name: this.#myName(),
			...about,
			text,
			at,
		};
		if (answer.duplicate) this.#feed.head({ epoch, seq });
		else this.#feed.sent(epoch, row);
	}

	#myName(): string {
		return this.#presence.nameOf(this.me.uid) ?? this.me.name;
	}

	#changed(fresh: readonly Message[]): void {
		const newest = fresh.at(-1);
		const recent = newest && this.env.now() - Date.parse(newest.at) < lively;
		// What comes while one is there is new, whatever this machine's clock says.
		if (newest && (recent || this.phase.value === 'ready')) {
			this.#heart.message();
			this.#poller.message();
		}
		batch(() => {
			this.#confirmed.value = this.#entries(fresh);
			this.hasOlder.value = this.#feed.log.hasOlder;
			this.#sending?.logChanged(fresh);
		});
	}

	/** The known messages, with all that is known about them; `fresh` came at the end, if any. */
	#entries(fresh: readonly Message[]): Entry[] {
		const { rows, epoch } = this.#feed.log;
		if (epoch !== this.#folded) this.#fold.clear();
		this.#folded = epoch;
		this.#fold.take(fresh.length > 0 ? fresh : rows);
		return this.#fold.entries(rows);
	}
}
