import { type ReadonlySignal, signal } from '@preact/signals';
import { type Api, ChatError, type Room, type Session } from '../client/client';
import { forgetDrafts } from '../composer/drafts';
import { roomProblem, userProblem } from '../people/names';
import type { Key } from '../text/catalogue';
import { load, save } from '../ui/storage';
import { formatAddress, homeOf, type Place, parseAddress } from './address';
import { remember, remembered } from './remembered';

/** The services that the page uses. */
export interface Services {
	readonly api: Api;
	/** May have to fetch code first. Rejects if that fails. */
	openRoom(name: string, me: Session): Room | Promise<Room>;
}

/** The reason why the server did not give a name. */
export type Refusal =
	| { readonly kind: 'taken'; readonly name: string }
	| { readonly kind: 'name'; readonly error: Key }
	| { readonly kind: 'form'; readonly error: Key; readonly n?: number };

/** The screen that the page shows. */
export type Screen =
	| { readonly kind: 'starting' }
	| { readonly kind: 'unreachable' }
	| {
			readonly kind: 'home';
			/** A new number each time the card is shown again. */
			readonly id: number;
			readonly room: string;
			readonly user: string;
			/** Whether the fields are checked at once, because their values came with the address. */
			readonly judged: boolean;
			readonly refusal: Refusal | null;
			readonly signedOut: boolean;
	  }
	| { readonly kind: 'become'; readonly room: string; readonly me: Session; readonly other: string }
	| {
			readonly kind: 'room';
			readonly id: number;
			readonly room: Room;
			/** The room's name as the address spells it; the title may be spelled otherwise. */
			readonly name: string;
	  };

const lastUserKey = 'pc.user';
/** Set from a logout until the server has confirmed it. */
const leavingKey = 'pc.leaving';

/**
 * One person's visit: the place of the page, the person's session, and the screen that
 * follows from both. It owns the open room, and closes it when the visit moves on.
 */
export class Visit {
	readonly session: ReadonlySignal<Session | null>;
	readonly screen: ReadonlySignal<Screen>;
	/** Counts the moves. An answer that arrives after another move is dropped. */
	#move = 0;
	readonly #session = signal<Session | null>(null);
	readonly #screen = signal<Screen>({ kind: 'starting' });

	constructor(
		private readonly services: Services,
		private readonly history: Pick<History, 'pushState' | 'replaceState'>,
		private readonly location: Pick<Location, 'pathname' | 'search'>,
	) {
		this.session = this.#session;
		this.screen = this.#screen;
	}

	/** Asks the server for the session, and goes to the place in the address. */
	async begin(): Promise<void> {
		const move = this.#leave({ kind: 'starting' });
		try {
			if (load(leavingKey)) await this.#giveUp();
			const session = await this.services.api.session();
			if (move !== this.#move) return;
			this.#session.value = session;
		} catch {
			if (move !== this.#move) return;
			if (!this.#goOn()) {
				this.#screen.value = { kind: 'unreachable' };
				return;
			}
		}
		await this.arrive();
	}

	/** Without an answer the last person continues in their room. Returns false if nobody is remembered for it. */
	#goOn(): boolean {
		const me = remembered();
		const { room, user } = this.#place();
		if (!me || (room !== null && user !== me.name)) return false;
		this.#session.value = me;
		if (room === null) this.#go({ room: me.room, user: me.name }, 'replace');
		return true;
	}

	/** Goes to the place in the address, for example after Back or Forward. */
	async arrive(): Promise<void> {
		const place = this.#place();
		const shown = this.#screen.value;
		const me = this.#session.value;
		if (shown.kind === 'room' && shown.name === place.room && shown.room.me.name === place.user) {
			return;
		}
		const { room, user } = place;
		if (room === null || user === null) return this.#showHome(place, {});
		if (roomProblem(room) || userProblem(user)) return this.#showHome(place, { judged: true });
		if (me?.name === user) return this.#open(room, me);
		if (me?.name) {
			this.#leave({ kind: 'become', room, me, other: user });
			return;
		}
		this.#leave({ kind: 'starting' });
		const refusal = await this.start(room, user, 'replace');
		if (refusal) this.#showHome(place, { refusal });
	}

	/** Claims the name, unless the session has it already, and enters the room. */
	async start(
		room: string,
		user: string,
		how: 'push' | 'replace' = 'push',
	): Promise<Refusal | null> {
		const move = this.#move;
		try {
			const me = this.#session.value;
			const session = me?.name === user ? me : await this.services.api.claim(user);
			this.#session.value = session;
			if (move !== this.#move) return null;
			save(lastUserKey, session.name);
			this.#go({ room, user: session.name }, how);
			await this.arrive();
			return null;
		} catch (error) {
			return refusal(error, user);
		}
	}

	/** Goes to a place of the page, as a link does. */
	async visit(place: Place): Promise<void> {
		this.#go(place, 'push');
		await this.arrive();
	}

	/** Enters a room under the session's name, or asks for a name. */
	async enter(room: string): Promise<void> {
		await this.visit({ room, user: this.#session.value?.name || null });
	}

	/** Leaves the room and gives up the name. If the server does not answer, it is told later. */
	async logout(): Promise<void> {
		this.#leave({ kind: 'starting' });
		save(lastUserKey, null);
		remember(null);
		forgetDrafts();
		save(leavingKey, '1');
		this.#go({ room: null, user: null }, 'push');
		try {
			await this.#giveUp();
			await this.arrive();
		} catch {
			this.#screen.value = { kind: 'unreachable' };
		}
	}

	async #giveUp(): Promise<void> {
		await this.services.api.logout();
		save(leavingKey, null);
		this.#session.value = null;
	}

	/** Handles the end of the open room's session: asks for a name and keeps the room. */
	async signedOut(): Promise<void> {
		const { room } = this.#place();
		const move = this.#leave({ kind: 'starting' });
		const session = await this.services.api.session().catch(() => null);
		if (move !== this.#move) return;
		this.#session.value = session;
		remember(null);
		this.#go({ room, user: null }, 'replace');
		this.#showHome({ room, user: null }, { signedOut: true });
	}

	#showHome(
		place: Place,
		more: { judged?: boolean; refusal?: Refusal; signedOut?: boolean },
	): void {
		const { judged = false, refusal: refused = null, signedOut = false } = more;
		const user = place.user ?? (this.#session.value?.name || load(lastUserKey)) ?? '';
		const room = place.room ?? '';
		this.#leave({ kind: 'home', id: this.#move, room, user, judged, refusal: refused, signedOut });
	}

	async #open(name: string, me: Session): Promise<void> {
		save(lastUserKey, me.name);
		remember({ ...me, room: name });
		const id = this.#leave({ kind: 'starting' });
		try {
			const room = await this.services.openRoom(name, me);
			if (id === this.#move) this.#screen.value = { kind: 'room', id, name, room };
			else room.close();
		} catch {
			if (id === this.#move) this.#screen.value = { kind: 'unreachable' };
		}
	}

	/** Shows a screen, closes the open room, and makes pending answers stale. Returns the new move. */
	#leave(screen: Screen): number {
		const shown = this.#screen.value;
		this.#screen.value = screen;
		if (shown.kind === 'room') shown.room.close();
		return ++this.#move;
	}

	#place(): Place {
		return parseAddress(this.location.pathname, this.location.search);
	}

	#go(place: Place, how: 'push' | 'replace'): void {
		const { pathname, search } = this.location;
		// The message of a link stays in the address as long as the room does.
		const message = /[?&]m=\d+/.exec(search)?.[0].slice(1);
		const stays = message && place.user !== null && place.room === this.#place().room;
		const address = formatAddress(place, homeOf(pathname)) + (stays ? `&${message}` : '');
		if (address === pathname + search) return;
		if (how === 'push') this.history.pushState(null, '', address);
		else this.history.replaceState(null, '', address);
	}
}

function refusal(error: unknown, name: string): Refusal {
	if (!(error instanceof ChatError)) return { kind: 'form', error: 'error.server' };
	switch (error.code) {
		case 'name_taken':
			return { kind: 'taken', name };
		case 'bad_request':
			return { kind: 'name', error: 'error.userRefused' };
		case 'rate_limited':
			return { kind: 'form', error: 'error.rateLimited', n: error.retryAfter ?? 1 };
		case 'offline':
			return { kind: 'form', error: 'error.offline' };
		default:
			return { kind: 'form', error: 'error.server' };
	}
}
