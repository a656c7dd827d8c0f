/**
 * The store in which the outbox survives a reload and a crash.
 *
 * It is IndexedDB and not localStorage, for two reasons. The `complete` event promises that
 * the entry has left this process; localStorage is flushed seconds later, and whether an entry
 * was ever sent must not be forgotten. And each entry is a record of its own, so two tabs never
 * overwrite each other's. Some private windows have no IndexedDB: there the outbox lives as
 * long as the tab.
 */
import type { Change } from './client';
import type { Position } from './wire';

/** An entry of the outbox as it is stored. */
export interface Stored {
	readonly uid: string;
	/** The room's storage key: `roomKey`, and `changesOf` that for changes of messages. */
	readonly room: string;
	readonly cid: string;
	/** How it changes the message `target`. Both are absent if it is a message itself. */
	readonly kind?: Change;
	readonly target?: number;
	readonly text: string;
	/** When it was written, in ms since 1970. Entries go out in this order. */
	readonly written: number;
	/** The start of its 24 hours: when it was written, or when the person last decided to send it. */
	readonly wordAt: number;
	/**
	 * The log up to here was looked at and does not hold it. Null: nothing of the log was known yet.
	 */
	readonly since: Position | null;
	/** Stored before the first try goes out: from then on the entry may be in the log. */
	readonly tried: boolean;
	/** The log was reset after it was written: it waits until the person decides. */
	readonly reset: boolean;
	/** The refusal that it would always meet. */
	readonly refused: { readonly code: string; readonly message: string } | null;
}

export interface OutboxStore {
	/** A person's entries in a room, in the order of writing. */
	load(uid: string, room: string): Promise<Stored[]>;
	/** Resolves when the entry would survive a crash. */
	put(entry: Stored): Promise<void>;
	remove(entry: Stored): Promise<void>;
}

const inOrder = (a: Stored, b: Stored) => a.written - b.written || (a.cid < b.cid ? -1 : 1);

/** A store that lives as long as the page. */
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

/** Runs one transaction. Resolves with the request's result when the transaction is complete. */
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

/** The store in IndexedDB, or in memory if that cannot be opened. */
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
			// An empty list sorts after every string, so the range holds all cids of the room.
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
