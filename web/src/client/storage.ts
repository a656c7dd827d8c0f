/**
 * Where the outbox survives a reload and a crash.
 *
 * IndexedDB and not localStorage: its `complete` event promises that the entry
 * is out of this process (localStorage writes are flushed seconds later, and
 * "was this ever sent?" must not be forgotten), and each entry is its own record,
 * so two tabs never overwrite each other's. Where it cannot be had (some private
 * windows), the outbox lives as long as the tab.
 */
import type { Change } from './client';
import type { Position } from './wire';

/** An entry of the outbox as it is kept. */
export interface Stored {
	readonly uid: string;
	/** The room, folded by `roomKey`; for changes of messages by `changesOf` of that. */
	readonly room: string;
	readonly cid: string;
	/** What it does to the message `target`; both absent: it is a message. */
	readonly kind?: Change;
	readonly target?: number;
	readonly text: string;
	/** When it was written, ms since 1970; entries go out in this order. */
	readonly written: number;
	/** From when its 24 hours count: when it was written, or the person's last word on it. */
	readonly wordAt: number;
	/** The log up to here was looked at and does not hold it. Null: no head was known yet. */
	readonly since: Position | null;
	/** Kept before the first try goes out: from then on it may be in the log. */
	readonly tried: boolean;
	/** The log was reset under it: it waits for the person's word. */
	readonly reset: boolean;
	/** Why it can never go out as it is. */
	readonly refused: { readonly code: string; readonly message: string } | null;
}

export interface OutboxStore {
	/** Entries of a person in a room, in the order of writing. */
	load(uid: string, room: string): Promise<Stored[]>;
	/** Resolves when the entry is safe. */
	put(entry: Stored): Promise<void>;
	remove(entry: Stored): Promise<void>;
}

const inOrder = (a: Stored, b: Stored) => a.written - b.written || (a.cid < b.cid ? -1 : 1);

/** An outbox that lives as long as the page. */
export function memoryStore(): OutboxStore {
	const entries = new Map<string, Stored>();
	const key = (e: Stored) => JSON.stringify([e.uid, e.room, e.cid]);
	return {
		load: async (uid, room) =>
			[...entries.values()].filter((e) => e.uid === uid && e.room === room).sort(inOrder),
		put: async (e) => void entries.set(key(e), e),
		remove: async (e) => void entries.delete(key(e)),
	};
}

const table = 'outbox';

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = factory.open('projectchat', 1);
		request.onupgradeneeded = () => {
			request.result.createObjectStore(table, { keyPath: ['uid', 'room', 'cid'] });
		};
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
		request.onblocked = () => reject(new Error('open the outbox: blocked by another version'));
	});
}

/** Runs one transaction; resolves with the request's result when it is complete. */
function transact<T>(
	db: IDBDatabase,
	mode: IDBTransactionMode,
	ask: (entries: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
	return new Promise((resolve, reject) => {
		const transaction = db.transaction(table, mode);
		const request = ask(transaction.objectStore(table));
		transaction.oncomplete = () => resolve(request.result);
		transaction.onabort = () => reject(transaction.error);
	});
}

/** The outbox in IndexedDB; falls back to memory where that cannot be opened. */
export function indexedStore(factory: () => IDBFactory | undefined): OutboxStore {
	let opened: Promise<IDBDatabase | null> | undefined;
	const memory = memoryStore();
	const open = async () => {
		const found = factory();
		return found ? openDatabase(found) : null;
	};
	const database = () => {
		opened ??= open().catch(() => null);
		return opened;
	};
	const write = async <T>(ask: (entries: IDBObjectStore) => IDBRequest<T>) => {
		const db = await database();
		if (db) await transact(db, 'readwrite', ask);
		return db !== null;
	};
	return {
		async load(uid, room) {
			const db = await database();
			if (!db) return memory.load(uid, room);
			// An empty list sorts after every string, so this is all cids of the room.
			const range = IDBKeyRange.bound([uid, room], [uid, room, []]);
			const found = await transact<Stored[]>(db, 'readonly', (entries) => entries.getAll(range));
			return found.sort(inOrder);
		},
		async put(entry) {
			if (!(await write((entries) => entries.put(entry)))) await memory.put(entry);
		},
		async remove(entry) {
			const key = [entry.uid, entry.room, entry.cid];
			if (!(await write((entries) => entries.delete(key)))) await memory.remove(entry);
		},
	};
}
