import { batch, computed, type ReadonlySignal, signal } from '@preact/signals-core';
import { httpApi } from './api';
import { type Change, ChatError, type Entry, type Person, type Room, type Session } from './client';
import type { Env } from './env';
import { Feed } from './feed';
import { Fold } from './fold';
import { Heartbeat, livelyPeriod } from './heartbeat';
import { type Parts, takeFrame, takePong } from './incoming';
import { Joining } from './joining';
import type { Outbox } from './outbox';
import { Poller } from './poll';
import { Presence } from './presence';
import { Socket } from './socket';
import { Way } from './way';
import { type Message, withChanges } from './wire';

/**
 * How many clients a hidden tab assumes will reconnect when it does. It cannot see the others;
 * in an outage most tabs are hidden ones in small rooms.
 */
export const hiddenTabClients = 900;

/** Opens a room; it connects at once. Its outbox is there at once if it is given, else after `prepare`. */
export function openRoom(name: string, me: Session, env: Env, outbox?: typeof Outbox): Room {
	const room = new OpenRoom(name, me, env);
	if (outbox) room.adopt(outbox);
	room.way.socket.start();
	return room;
}

/** The parts of a room, and its face for the views. */
class OpenRoom implements Room, Parts {
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

	readonly presence: Presence;
	readonly way: Way;
	readonly feed: Feed;
	readonly heart: Heartbeat;
	readonly #joining: Joining;
	readonly #outbox = signal<Outbox | null>(null);
	readonly #fold = new Fold();
	readonly #confirmed = signal<readonly Entry[]>([]);
	#preparing: Promise<void> | null = null;
	#closed = false;

	constructor(
		readonly name: string,
		readonly me: Session,
		private readonly env: Env,
	) {
		this.title = signal(name);
		this.presence = new Presence(env);
		this.heart = new Heartbeat(env, () => this.#ping());
		this.way = this.#newWay();
		this.feed = new Feed(env, this.way, {
			arrived: (rows) => this.outbox?.arrived(rows),
			changed: (fresh) => this.#changed(fresh),
			rejoin: (fromNewest) => this.rejoin(fromNewest),
		});
		this.#joining = new Joining(this);
		this.connection = this.way.socket.state;
		this.online = this.presence.online;
		this.onlineCount = this.presence.count;
		this.canSend = computed(() => this.#outbox.value !== null);
		// HTTP tells no revision. It needs none, as functions are deployed before the page.
		this.canChange = computed(
			() => this.revision.value >= withChanges || this.connection.value.state === 'polling',
		);
		this.entries = computed(() => {
			const confirmed = this.#confirmed.value;
			return this.#outbox.value?.over(confirmed) ?? confirmed;
		});
	}

	#newWay(): Way {
		const api = httpApi(this.env);
		const socket = new Socket(this.env, api, this.me, {
			join: (channel) => this.#joining.join(channel),
			frame: (channel, frame) => takeFrame(this, channel, frame),
			live: () => this.#live(),
			unanswered: () => this.heart.ask(),
			down: () => this.#down(),
			refused: () => this.#refused(),
			clients: () =>
				Math.max(this.env.visible() ? 0 : hiddenTabClients, this.onlineCount.value ?? 0),
			polling: (on) => this.#poll(on),
		});
		const poller = new Poller(this.env, socket, {
			pull: () => this.#joining.pull(),
			pulled: () => this.#pulled(),
			refused: () => this.#refused(),
		});
		return new Way(this.name, api, socket, poller);
	}

	/** The outbox, once its code is there. */
	get outbox(): Outbox | null {
		return this.#outbox.peek();
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

	/** Takes the outbox, with the entries that an earlier page left. */
	adopt(Kind: typeof Outbox): void {
		if (this.#closed || this.outbox) return;
		const outbox = new Kind(this.env, this);
		this.#outbox.value = outbox;
		void outbox.resume();
	}

	rejoin(fromNewest: boolean): void {
		void this.#joining.rejoin(fromNewest);
	}

	send(text: string): string {
		if (!this.outbox) throw new Error('send before canSend');
		return this.outbox.write(text);
	}

	change(kind: Change, target: number, text: string): string {
		if (!this.outbox) throw new Error('change before canSend');
		return this.outbox.write(text, { kind, target });
	}

	/** Gets no answer. A server that does not know the action sends an error, which names the id. */
	type(): void {
		if (this.revision.peek() < withChanges) return;
		this.way.socket.current?.tell({ action: 'typing', id: 't', room: this.way.room });
	}

	retry(cid: string): void {
		this.outbox?.retry(cid);
	}

	discard(cid: string): void {
		this.outbox?.discard(cid);
	}

	/** Resolves also if the page could not be loaded: `hasOlder` stays true then. */
	async loadOlder(): Promise<void> {
		this.loadingOlder.value = true;
		try {
			await this.feed.loadOlder();
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
		} finally {
			this.loadingOlder.value = false;
		}
	}

	retryNow(): void {
		this.way.poller.now();
		this.way.socket.retryNow();
	}

	async ping(): Promise<number | null> {
		const from = this.env.now();
		return (await this.#ping()) ? this.env.now() - from : null;
	}

	close(): void {
		this.#closed = true;
		this.outbox?.close();
		this.way.socket.stop();
		this.feed.close();
		this.presence.clear();
	}

	#live(): void {
		this.heart.start();
		this.#joining.live();
		void this.outbox?.resume();
	}

	#down(): void {
		this.heart.stop();
		this.outbox?.interrupted();
	}

	#refused(): void {
		if (this.phase.value === 'loading') this.phase.value = 'failed';
	}

	/** True if a pong came. */
	async #ping(): Promise<boolean> {
		const pong = await this.way.ping();
		if (pong) takePong(this, pong);
		return pong !== null;
	}

	#poll(on: boolean): void {
		const { poller, socket } = this.way;
		if (on) {
			this.presence.clear();
			poller.start();
		} else {
			poller.stop();
			if (!socket.current) this.outbox?.interrupted();
		}
	}

	#pulled(): void {
		this.phase.value = 'ready';
		const { position } = this.feed;
		if (position) this.outbox?.joined(position.epoch, false);
		this.outbox?.kick();
	}

	#changed(fresh: readonly Message[]): void {
		const { log } = this.feed;
		const newest = fresh.at(-1);
		const recent = newest && this.env.now() - Date.parse(newest.at) < livelyPeriod;
		// A row that comes while the room is open is new, whatever this machine's clock says.
		if (newest && (recent || this.phase.value === 'ready')) {
			this.heart.message();
			this.way.poller.message();
		}
		batch(() => {
			this.#confirmed.value = this.#fold.shown(log, fresh);
			this.hasOlder.value = log.hasOlder;
			this.outbox?.logChanged(fresh);
		});
	}
}
