import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { Entry, Room } from '../client/client';
import { load, save } from '../ui/storage';

/** Whether the page is in view. */
export const inView = signal(!document.hidden);
document.addEventListener('visibilitychange', () => {
	inView.value = !document.hidden;
});

/** What stands before the title while there is something unread: '(2) ', or ''. */
export const unreadMark = signal('');

/** How far somebody has read in a room: kept from visit to visit, and the same on every screen of it. */
export class Reading {
	/** What others have written since, in order. */
	readonly unread: ReadonlySignal<readonly Entry[]>;
	/** The message before which "New messages" stands; it stays there until one comes back again. */
	readonly divider = signal<string | undefined>(undefined);
	/** The line that the log is drawn from; undefined while it is drawn to its end. */
	readonly start = signal<string | undefined>(undefined);
	/** Up to where all has been seen; null until the room is there. */
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
		// At the beginning, and each time one comes back to the page.
		this.#stop = effect(() => {
			if (room.phase.value !== 'ready' || !inView.value) return;
			if (this.#seen.peek() === null) this.#begin(head(room.entries.peek()));
			this.divider.value = this.unread.peek()[0]?.key;
		});
	}

	/** Takes note that all of it is on the screen. */
	caughtUp(entries: readonly Entry[]): void {
		const seen = this.#seen.peek();
		const now = head(entries);
		if (!inView.peek() || seen === null || now <= seen) return;
		this.#keep(now);
	}

	close(): void {
		this.#stop();
	}

	/** What an earlier visit has seen; beyond the end, it was another log's. */
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
