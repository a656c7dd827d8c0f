/**
 * The chat as the views see it: the frozen line between the protocol client
 * (this folder, no DOM) and the page that draws it.
 *
 * Everything that changes is a signal. The views read signals and call methods;
 * they know nothing of frames, sockets or retries.
 */
import type { ReadonlySignal } from '@preact/signals-core';

/** The person's session, from `GET` or `POST /api/session`. */
export interface Session {
	readonly uid: string;
	/** '' if another person has claimed the name since: ask for a new one. */
	readonly name: string;
	readonly expires: string;
}

/** The most characters of a message, in code points. */
export const longestText = 4000;

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
	/** No answer came, so the outcome is unknown. The server never sends this code. */
	| 'offline';

/** The HTTP side. Every method rejects with a ChatError. */
export interface Api {
	/** Null if there is no valid session. */
	session(): Promise<Session | null>;
	/** Takes a name. With a session, the same person takes another name. */
	claim(name: string): Promise<Session>;
	logout(): Promise<void>;
	rooms(query?: string): Promise<{ rooms: { room: string; title: string }[]; more: boolean }>;
}

export type Connection =
	| { readonly state: 'connecting' }
	| { readonly state: 'live' }
	/**
	 * Cut off. `retryAt` is the time of the next try (ms since 1970); null while a try is under way.
	 */
	| { readonly state: 'reconnecting'; readonly retryAt: number | null }
	/** No WebSocket can be had, so the client polls. */
	| { readonly state: 'polling'; readonly everySeconds: number }
	/** The session is gone (logged out elsewhere, or the name was lost): ask for a name. */
	| { readonly state: 'signedOut' };

/** One message as it is shown: first the known rows by `seq`, then the outbox. */
export interface Entry {
	/** Stays the same as long as the entry is shown, also when a pending one is confirmed. */
	readonly key: string;
	/** Absent until the entry is known to be in the log. */
	readonly seq?: number;
	readonly kind: string;
	readonly cid: string;
	readonly uid: string;
	readonly name: string;
	readonly text: string;
	/** ISO time: the server's; for an unconfirmed entry the moment of writing. */
	readonly at: string;
	/** 'waiting': the person must decide, as it is older than 24 h or was written before a reset. */
	readonly state: 'confirmed' | 'pending' | 'failed' | 'waiting';
	/** The server asked the client to wait until then (ms since 1970). */
	readonly notBefore?: number;
	/** Why it failed. */
	readonly error?: ChatError;
	/** Its author has edited the text. */
	readonly edited?: boolean;
	/** Its author has deleted it: the text is ''. */
	readonly deleted?: boolean;
	/** In the order in which the signs came; absent if there are none. */
	readonly reactions?: readonly Reaction[];
	/** The person's own change of the message that is not in the log yet, with its state, cid and error. */
	readonly change?: Entry;
	/** For a change: the seq of the message that it is about. */
	readonly target?: number;
}

/** The ways to change a message that is in the log. */
export type Change = 'edit' | 'delete' | 'react';

/** A sign, and the people who have put it to a message. */
export interface Reaction {
	readonly sign: string;
	readonly people: readonly Person[];
}

export interface Person {
	readonly uid: string;
	readonly name: string;
}

/** A room that is open. `openRoom` makes it; it works on its own until `close`. */
export interface Room {
	/** The name that was asked for, until the room's own title is known. */
	readonly title: ReadonlySignal<string>;
	readonly me: Session;
	readonly connection: ReadonlySignal<Connection>;
	/** 'loading' until the first `joined`, then 'ready'; 'failed' if the room cannot be joined. */
	readonly phase: ReadonlySignal<'loading' | 'ready' | 'failed'>;
	/**
	 * First the confirmed ones, ascending by seq, then those of the outbox in the order of writing.
	 */
	readonly entries: ReadonlySignal<readonly Entry[]>;
	readonly hasOlder: ReadonlySignal<boolean>;
	readonly loadingOlder: ReadonlySignal<boolean>;
	readonly online: ReadonlySignal<readonly Person[]>;
	/** Null until it is known. */
	readonly onlineCount: ReadonlySignal<number | null>;
	/** The outbox is there: `send` may be called only from then on. */
	readonly canSend: ReadonlySignal<boolean>;
	/** Fetches the outbox, whose code is not part of the first load. May be called again. */
	prepare(): Promise<void>;
	/** Puts a text into the outbox and returns at once with its cid. */
	send(text: string): string;
	/** The server is known to take `change` and `type`. */
	readonly canChange: ReadonlySignal<boolean>;
	/**
	 * Changes the message `target` through the outbox, like `send`; only with `canChange`.
	 * `text` is the new text, '' for a deletion, or the sign; '' takes a sign back.
	 */
	change(kind: Change, target: number, text: string): string;
	/** The protocol's revision that the server told last; 0 before that. */
	readonly revision: ReadonlySignal<number>;
	/**
	 * How long the server takes to answer on the socket, in ms; null without an answer or a socket.
	 */
	ping(): Promise<number | null>;
	/** The person who writes now; a new object each time that the server tells it. */
	readonly typing: ReadonlySignal<Person | null>;
	/** Tells the others that this person writes, if that is possible now. */
	type(): void;
	/** Sends a failed or waiting entry again, with the same cid. */
	retry(cid: string): void;
	/** Takes an entry out of the outbox. */
	discard(cid: string): void;
	/**
	 * Loads the page of history before the first known message. Concurrent calls share one request.
	 */
	loadOlder(): Promise<void>;
	/** Tries to connect at once. */
	retryNow(): void;
	/** Leaves the room and releases everything. The outbox stays in storage. */
	close(): void;
}

export type OpenRoom = (name: string, me: Session) => Room;
