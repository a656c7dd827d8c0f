import { signal } from '@preact/signals';
import type { Person } from '../client/client';

const shownFor = 6000;
export const toldEvery = 3000;

/** The part of a clock that this file needs. A browser's own functions fit. */
export interface Timers {
	now(): number;
	setTimeout(run: () => void, ms: number): unknown;
	clearTimeout(handle: unknown): void;
}

/** The people who are typing: each for 6 s after the last notice, or until their message arrives. */
export class Typists {
	/** In the order in which they began to type. */
	readonly people = signal<readonly Person[]>([]);
	readonly #ends = new Map<string, unknown>();

	constructor(private readonly timers: Timers) {}

	heard({ uid, name }: Person): void {
		this.timers.clearTimeout(this.#ends.get(uid));
		this.#ends.set(
			uid,
			this.timers.setTimeout(() => this.gone(uid), shownFor),
		);
		const known = this.people.peek().find((one) => one.uid === uid);
		if (known?.name === name) return;
		this.people.value = [...this.people.peek().filter((one) => one.uid !== uid), { uid, name }];
	}

	/** Removes a person who has spoken or left. */
	gone(uid: string): void {
		if (!this.#ends.has(uid)) return;
		this.timers.clearTimeout(this.#ends.get(uid));
		this.#ends.delete(uid);
		this.people.value = this.people.peek().filter((one) => one.uid !== uid);
	}

	/** Forgets everybody. */
	clear(): void {
		for (const uid of [...this.#ends.keys()]) this.gone(uid);
	}
}

/** Tells at most every 3 s that one is typing. */
export function teller(timers: Timers, tell: () => void): () => void {
	let told = Number.NEGATIVE_INFINITY;
	return () => {
		const now = timers.now();
		if (now - told < toldEvery) return;
		told = now;
		tell();
	};
}
