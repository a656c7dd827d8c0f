/**
 * What the views see of the chat: the frozen line between the protocol client
 * (this folder, no DOM) and the page that draws it.
 *
 * Everything that changes is a signal; the views read signals and call methods,
 * and know nothing of frames, sockets or retries.
 */
import type { ReadonlySignal } from '@preact/signals-core';

/** Who one is: from `GET` or `POST /api/session`. */
export interface Session {
	readonly uid: string;
	/** '' when the session has lost its name to another's claim: ask for one. */
	readonly name: string;
	readonly expires: string;
}

/** A refusal from the closed list of codes in docs/frames.md. */
export class ChatError extends Error {
	constructor(
		readonly code: ErrorCode,
		message: string,
		readonly temporary: boolean,
		readonly retryAfter?: number,
	) {
		super(message);
	}
}

export type ErrorCode =
	| 'bad_request'
	| 'unauthorized'
	| 'forbidden'
	| 'not_found'
	| 'not_joined'
	| 'cid_conflict'
	| 'behind'
	| 'reset'
	| 'name_taken'
	| 'too_large'
	| 'rate_limited'
	| 'internal'
	| 'busy'
	/** No answer came: the outcome is unknown. Never sent by the server. */
	| 'offline';

/** The HTTP side. Every method rejects with a ChatError. */
export interface Api {
	/** Null when there is no (good) session. */
	session(): Promise<Session | null>;
	/** Takes a name; with a session at hand the same person takes another one. */
	claim(name: string): Promise<Session>;
	logout(): Promise<void>;
	rooms(query?: string): Promise<{ rooms: { room: string; title: string }[]; more: boolean }>;
}

export type Connection =
	| { readonly state: 'connecting' }
	| { readonly state: 'live' }
	/** Cut off. `retryAt` is when the next try starts (ms since 1970); null while one is under way. */
	| { readonly state: 'reconnecting'; readonly retryAt: number | null }
	/** No WebSocket can be had: the client polls. */
	| { readonly state: 'polling'; readonly everySeconds: number }
	/** The session is gone (logged out elsewhere, or the name was lost): ask for a name. */
	| { readonly state: 'signedOut' };

/** One line of the log as it is shown: known rows by `seq`, then the outbox. */
export interface Entry {
	/** Stable for as long as the entry is shown, also when a pending one is confirmed. */
	readonly key: string;
	/** Absent while it is not known to be in the log. */
	readonly seq?: number;
	readonly kind: string;
	readonly cid: string;
	readonly uid: string;
	readonly name: string;
	readonly text: string;
	/** ISO time: the server's, or for an unconfirmed one the moment of writing. */
	readonly at: string;
	/** 'waiting' needs the person's word: older than 24 h, or written before a reset. */
	readonly state: 'confirmed' | 'pending' | 'failed' | 'waiting';
	/** The server has us wait with it until then (ms since 1970). */
	readonly notBefore?: number;
	/** Why it failed. */
	readonly error?: ChatError;
	/** Its author has changed the text. */
	readonly edited?: boolean;
	/** Its author has taken it back: the text is ''. */
	readonly deleted?: boolean;
	/** In the order in which each sign came first; absent if there are none. */
	readonly reactions?: readonly Reaction[];
	/** The person's own change of it that is not in the log yet, with its state, cid and error. */
	readonly change?: Entry;
	/** Of such a change: the seq of the message that it is about. */
	readonly target?: number;
}

/** What can be done to a message that is in the log. */
export type Change = 'edit' | 'delete' | 'react';

/** A sign, and who has put it to a message. */
export interface Reaction {
	readonly sign: string;
	readonly people: readonly Person[];
}

export interface Person {
	readonly uid: string;
	readonly name: string;
}

/** A room that is open. Made by `openRoom`; works on its own until `close`. */
export interface Room {
	/** As asked for, until the room's own title is known. */
	readonly title: ReadonlySignal<string>;
	readonly me: Session;
	readonly connection: ReadonlySignal<Connection>;
	/** 'loading' until the first `joined`; 'ready' after; 'failed' when that could not be had. */
	readonly phase: ReadonlySignal<'loading' | 'ready' | 'failed'>;
	/** In order: confirmed ones ascending by seq, then those of the outbox in the order of writing. */
	readonly entries: ReadonlySignal<readonly Entry[]>;
	readonly hasOlder: ReadonlySignal<boolean>;
	readonly loadingOlder: ReadonlySignal<boolean>;
	readonly online: ReadonlySignal<readonly Person[]>;
	/** Null until it is known. */
	readonly onlineCount: ReadonlySignal<number | null>;
	/** The outbox is there: only from then on may `send` be called. */
	readonly canSend: ReadonlySignal<boolean>;
	/** Fetches the outbox, whose code is not among the first that comes. May be called again. */
	prepare(): Promise<void>;
	/** Puts a text into the outbox and returns at once with its cid. */
	send(text: string): string;
	/** The server knows `change` and `type`, as far as is known. */
	readonly canChange: ReadonlySignal<boolean>;
	/**
	 * Changes the message `target` through the outbox, as `send` does; only with `canChange`.
	 * `text`: the new one, '' for a deletion, or the sign, '' to take it back.
	 */
	change(kind: Change, target: number, text: string): string;
	/** Of the protocol, as the server told it last; 0 until then. */
	readonly revision: ReadonlySignal<number>;
	/** How long the server takes to answer on the socket, in ms; null where it does not, or there is none. */
	ping(): Promise<number | null>;
	/** Somebody else writes: another object each time that they are told of. */
	readonly typing: ReadonlySignal<Person | null>;
	/** Tells the others that one writes, if that can be told now. */
	type(): void;
	/** Sends a failed or waiting entry again, with the same cid. */
	retry(cid: string): void;
	/** Takes an entry out of the outbox. */
	discard(cid: string): void;
	/** Loads the page of history before the first known message. Concurrent calls share one request. */
	loadOlder(): Promise<void>;
	/** Tries to connect at once. */
	retryNow(): void;
	/** Leaves and releases everything; the outbox stays in storage. */
	close(): void;
}

export type OpenRoom = (name: string, me: Session) => Room;
