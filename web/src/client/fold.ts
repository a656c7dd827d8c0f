import type { Entry, Person, Reaction } from './client';
import type { Log } from './log';
import { changing, type Message } from './wire';

/** A row of an unknown kind has its place in the order, and is not shown. */
function isMessage({ kind = 'message' }: Message): boolean {
	return kind === 'message';
}

/**
 * Edits, deletions and reactions, folded over the messages that they are about. The result does
 * not depend on the order in which rows are taken, nor on how often: of each kind and person
 * the newest row about a message counts, and a deletion outdoes the others. Edits and deletions
 * count only if they are the author's.
 */
export class Fold {
	/** The epoch of the log that was shown last. */
	#epoch: string | null = null;
	/** The newest row by target, then by kind and person. */
	readonly #about = new Map<number, Map<string, Message>>();
	/** The entries made so far, with the row that each was made of. */
	readonly #made = new Map<number, readonly [of: Message, entry: Entry]>();

	/** Takes the rows that are about other rows. Those need not be known yet. */
	take(rows: readonly Message[]): void {
		for (const row of rows) {
			const { kind, target, uid, seq, text } = row;
			if (target === undefined || !changing.has(kind)) continue;
			const about = this.#about.get(target) ?? new Map<string, Message>();
			this.#about.set(target, about);
			// An edit without a text was emptied by a later deletion.
			if ((about.get(kind + uid)?.seq ?? 0) >= seq || (kind === 'edit' && text === '')) continue;
			about.set(kind + uid, row);
			this.#made.delete(target);
		}
	}

	/**
	 * The log's messages as they are to be shown. `fresh` are the rows that came at its end, if any.
	 */
	shown({ rows, epoch }: Log, fresh: readonly Message[]): Entry[] {
		if (epoch !== this.#epoch) this.clear();
		this.#epoch = epoch;
		this.take(fresh.length > 0 ? fresh : rows);
		return this.entries(rows);
	}

	/** Forgets everything, as for another log. */
	clear(): void {
		this.#about.clear();
		this.#made.clear();
	}

	/**
	 * The messages among the rows as they are to be shown. An entry stays the same object while
	 * nothing changes it.
	 */
	entries(rows: readonly Message[]): Entry[] {
		return rows.filter(isMessage).map((m) => this.#entry(m));
	}

	#entry(m: Message): Entry {
		const made = this.#made.get(m.seq);
		if (made?.[0] === m) return made[1];
		const entry = entryOf(m, this.#about.get(m.seq));
		this.#made.set(m.seq, [m, entry]);
		return entry;
	}
}

function entryOf(m: Message, about: ReadonlyMap<string, Message> | undefined): Entry {
	const { seq, cid, uid, name, at, edited = 0 } = m;
	const key = cid === '' ? `#${seq}` : `${uid}:${cid}`;
	const entry: Entry = {
		key,
		seq,
		kind: 'message',
		cid,
		uid,
		name,
		text: '',
		at,
		state: 'confirmed',
	};
	if (m.deleted || about?.has(`delete${uid}`)) return { ...entry, deleted: true };
	const edit = about?.get(`edit${uid}`);
	const text = edit && edit.seq > edited ? edit.text : m.text;
	const reactions = about ? reactionsOf(about) : [];
	return {
		...entry,
		text,
		...((edit || edited > 0) && { edited: true }),
		...(reactions.length > 0 && { reactions }),
	};
}

/** Each sign with the people who put it, in the order in which they came. */
function reactionsOf(about: ReadonlyMap<string, Message>): Reaction[] {
	const rows = [...about.values()].filter(({ kind, text }) => kind === 'react' && text !== '');
	const signs = new Map<string, Person[]>();
	for (const { text, uid, name } of rows.sort((a, b) => a.seq - b.seq))
		signs.set(text, [...(signs.get(text) ?? []), { uid, name }]);
	return [...signs].map(([sign, people]) => ({ sign, people }));
}
