import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Entry, Room } from '../client/client';
import { load, save } from '../ui/storage';

/** Whether the page is in view. */
export const inView = signal(!document.hidden);
document.addEventListener('visibilitychange', () => {
	inView.value = !document.hidden;
});

/** The prefix of the page's title: '(2) ' with two unread messages, else ''. */
export const unreadMark = signal('');

/** How far a person has read in a room. It is kept between visits, and all views of the room share it. */
export class Reading {
	/** The messages of others that are unread, in order. */
	readonly unread: ReadonlySignal<readonly Entry[]>;
	/** The key of the message below "New messages". It changes only when the reader returns to the page. */
	readonly divider = signal<string | undefined>(undefined);
	/** The key of the first drawn line. Undefined while the log is drawn to its end. */
	readonly start = signal<string | undefined>(undefined);
	/** The seq up to which everything is read. Null until the room is loaded. */
	readonly #seen = signal<number | null>(null);
	readonly #key: string;
	readonly #stop: () => void;

	constructor(room: Room, name: string) {
		this.#key = `pc.seen.${name.toLowerCase()}`;
		this.unread = computed(() => {
			const seen = this.#seen.value;
			if (seen === null) return [];
			return room.entries.value.filter(
				({ seq = 0, kind, uid }) => seq > seen && kind === 'message' && uid !== room.me.uid,
			);
		});
		// Runs at the start, and each time the reader returns to the page.
		this.#stop = effect(() => {
			if (room.phase.value !== 'ready' || !inView.value) return;
			if (this.#seen.peek() === null) this.#begin(head(room.entries.peek()));
			this.divider.value = this.unread.peek()[0]?.key;
		});
	}

	/** Marks all entries as read. */
	caughtUp(entries: readonly Entry[]): void {
		const seen = this.#seen.peek();
		const now = head(entries);
		if (!inView.peek() || seen === null || now <= seen) return;
		this.#keep(now);
	}

	close(): void {
		this.#stop();
	}

	/** Takes up the mark of an earlier visit. A mark beyond the log's end is of an older log. */
	#begin(end: number): void {
		const kept = Number(load(this.#key) ?? Number.NaN);
		this.#keep(kept <= end ? kept : end);
	}

	#keep(seen: number): void {
		this.#seen.value = seen;
		save(this.#key, String(seen));
	}
}

function head(entries: readonly Entry[]): number {
	return entries.reduce((most, { seq = 0 }) => Math.max(most, seq), 0);
}
