import { newCid } from './cid';
import { type Change, longestText } from './client';
import type { Env } from './env';
import { Item } from './item';
import type { Stored } from './storage';
import type { Position } from './wire';

/**
 * The room's name as the store knows it. Finer than the server's own folding: two spellings of
 * one room may be kept apart, but two rooms are never taken for one.
 */
export function roomKey(name: string): string {
	return name.trim().normalize('NFD').toLowerCase().normalize('NFC');
}

/**
 * The storage key of edits, deletions and reactions. They must not share the messages' key: a
 * page of revision 1 reads that key and would send them as messages. No room has this name.
 */
function changesOf(room: string): string {
	return `${room}\nchanges`;
}

/**
 * The outbox's entries in the order of writing: this tab's list of them, and the store, which
 * other tabs change, too.
 */
export class Queue {
	items: Item[] = [];
	#lastWritten = 0;

	constructor(
		private readonly env: Env,
		private readonly uid: string,
		private readonly room: string,
	) {}

	/** Adds a text, or a change of a message. The log is known up to `since`. */
	add(
		text: string,
		since: Position | null,
		about?: { readonly kind: Change; readonly target: number },
	): string {
		const written = Math.max(this.env.now(), this.#lastWritten + 1);
		this.#lastWritten = written;
		const tooLong = [...text].length > longestText;
		const kept: Stored = {
			uid: this.uid,
			room: about ? changesOf(this.room) : this.room,
			cid: newCid(this.env, written),
			...about,
			text,
			written,
			wordAt: written,
			since,
			tried: false,
			reset: false,
			refused: tooLong
				? { code: 'too_large', message: `More than ${longestText} characters.` }
				: null,
		};
		const item = new Item(this.env, kept, Promise.resolve(false));
		this.items.push(item);
		void this.keep(item, {});
		return kept.cid;
	}

	find(cid: string): Item | undefined {
		return this.items.find((item) => item.kept.cid === cid);
	}

	/**
	 * Changes an entry in the list and in the store. Resolves when the store has it or has failed.
	 */
	keep(item: Item, change: Partial<Stored>): Promise<unknown> {
		item.kept = { ...item.kept, ...change };
		item.safe = this.env.store.put(item.kept).then(
			() => true,
			() => false,
		);
		return item.safe;
	}

	/** Takes an entry out of the list only. */
	drop(item: Item): void {
		this.items = this.items.filter((other) => other !== item);
	}

	/** Takes an entry out of the store only. */
	erase(item: Item): void {
		void this.env.store.remove(item.kept).catch(() => {});
	}

	/** Takes an entry out of the list and the store. */
	forget(item: Item): void {
		this.drop(item);
		this.erase(item);
	}

	/** Has an entry wait until the person decides, unless another tab has sent or discarded it. */
	async suspend(item: Item): Promise<void> {
		item.kept = { ...item.kept, reset: true };
		item.found = null;
		const safe = await item.safe;
		const kept = safe ? await this.#load() : null;
		if (!kept || kept.some(({ cid }) => cid === item.kept.cid))
			void this.keep(item, { reset: true });
		else if (!item.isAcknowledged) this.drop(item);
	}

	/** Reads the store. Resolves with a function that makes the list what the store was, or with null. */
	async read(): Promise<(() => void) | null> {
		const before = this.items.map((item) => ({ item, safe: item.safe }));
		const wasSafe = await Promise.all(before.map(({ safe }) => safe));
		const kept = await this.#load();
		if (!kept) return null;
		return () => {
			const inStore = new Map(kept.map((k) => [k.cid, k]));
			for (const [i, { item, safe }] of before.entries()) {
				const stored = inStore.get(item.kept.cid);
				inStore.delete(item.kept.cid);
				if (!wasSafe[i] || item.safe !== safe) continue; // The store is not newer.
				// Another tab may have tried an entry, or have sent or discarded it.
				if (stored) item.kept = stored;
				else if (!item.isAcknowledged) this.drop(item);
			}
			this.#take([...inStore.values()]);
		};
	}

	/**
	 * Runs `job` while no other tab works on this queue: two tabs would break the order of writing.
	 */
	alone(job: () => Promise<void>): Promise<void> {
		return this.env.lock(`projectchat:outbox:${this.uid}:${this.room}`, job);
	}

	/** The room's entries in the store; null if that cannot be read. */
	async #load(): Promise<Stored[] | null> {
		const { store } = this.env;
		const rooms = [this.room, changesOf(this.room)];
		const lists = Promise.all(rooms.map((room) => store.load(this.uid, room)));
		return lists.then(
			(loaded) => loaded.flat(),
			() => null,
		);
	}

	/** Adds the stored entries that this tab did not know. */
	#take(kept: readonly Stored[]): void {
		for (const stored of kept)
			if (!this.find(stored.cid))
				this.items.push(new Item(this.env, stored, Promise.resolve(true)));
		this.items.sort((a, b) => a.kept.written - b.kept.written);
		this.#lastWritten = Math.max(this.#lastWritten, ...this.items.map((item) => item.kept.written));
	}
}
