import { signal } from '@preact/signals-core';
import type { Person } from './client';
import { type Clock, Timer } from './env';
import type { PresencePush } from './wire';

/** How long a person who left is still shown, in ms. */
export const leaveDelay = 1500;

/** Who is in the room, put together from `joined`, pushes and pongs. */
export class Presence {
	readonly online = signal<readonly Person[]>([]);
	readonly count = signal<number | null>(null);

	#people = new Map<string, Person>();
	/** People who left but are shown a little longer, so that a quick reload does not flicker. */
	readonly #leaving = new Map<string, Timer>();
	/** The time of the latest push about each person, as pushes may overtake each other. */
	readonly #latest = new Map<string, string>();
	#told: number | null = null;
	#disagreed = false;

	constructor(private readonly clock: Clock) {}

	joined(online: readonly Person[], count: number): void {
		this.#stayAll();
		this.#people = new Map(online.map((p) => [p.uid, p]));
		this.#disagreed = false;
		this.#tell(count);
	}

	push(f: PresencePush): void {
		for (const p of f.joined) if (this.#isNews(p.uid, f.at)) this.#came(p);
		for (const p of f.left) if (this.#isNews(p.uid, f.at)) this.#left(p.uid);
		this.#tell(f.onlineCount);
	}

	/**
	 * Takes a pong's count, and how long that holds. Without that time the count is an estimate,
	 * as in a large room, and contradicts no list. Tells whether the list is wrong: 'perhaps'
	 * when a count differs, as a push may have overtaken the pong; 'sure' when the next one
	 * differs, too. Then only a join helps.
	 */
	pong(count: number | undefined, holds: number | undefined): 'perhaps' | 'sure' | null {
		if (count === undefined) return null;
		const exact = holds !== undefined || count === 0;
		const wrong = exact && count !== this.#people.size - this.#leaving.size;
		const again = wrong && this.#disagreed;
		this.#disagreed = wrong && !again;
		this.#tell(count);
		return again ? 'sure' : wrong ? 'perhaps' : null;
	}

	/** The person's name in the room now; the given one if they are not in the list. */
	nameOf({ uid, name }: Person): string {
		return this.#people.get(uid)?.name ?? name;
	}

	/** Forgets everybody: over HTTP nobody is known. */
	clear(): void {
		this.#stayAll();
		this.#people.clear();
		this.#told = null;
		this.#publish();
	}

	#isNews(uid: string, at: string): boolean {
		const known = this.#latest.get(uid);
		if (known !== undefined && at < known) return false;
		this.#latest.set(uid, at);
		return true;
	}

	#came(p: Person): void {
		this.#stay(p.uid);
		this.#people.set(p.uid, p);
	}

	#left(uid: string): void {
		if (!this.#people.has(uid) || this.#leaving.has(uid)) return;
		const timer = new Timer(this.clock);
		this.#leaving.set(uid, timer);
		timer.set(leaveDelay, () => {
			this.#leaving.delete(uid);
			this.#people.delete(uid);
			this.#publish();
		});
	}

	#stay(uid: string): void {
		this.#leaving.get(uid)?.clear();
		this.#leaving.delete(uid);
	}

	#stayAll(): void {
		for (const uid of [...this.#leaving.keys()]) this.#stay(uid);
	}

	#tell(count: number): void {
		this.#told = count;
		this.#publish();
	}

	#publish(): void {
		this.online.value = [...this.#people.values()];
		this.count.value = this.#told === null ? null : this.#told + this.#leaving.size;
	}
}
