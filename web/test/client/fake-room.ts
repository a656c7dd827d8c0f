/** A room of the client on the fake server, opened and closed around each test. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Room } from '../../src/client/client';
import { Outbox } from '../../src/client/outbox';
import { openRoom } from '../../src/client/room';
import type { Stored } from '../../src/client/storage';
import { type FakeEnv, fakeEnv } from './fake-env';
import { FakeServer, me } from './fake-server';

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
export const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

export class RoomUnderTest {
	server = new FakeServer();
	env: FakeEnv = fakeEnv(this.server);
	room!: Room;

	/** Opens the room and waits until it is live. */
	async enter(): Promise<void> {
		this.room = openRoom('General', me, this.env, Outbox);
		await pass(100);
	}

	/** Closes the page and opens it again, over the same storage. */
	async reload(): Promise<void> {
		this.room.close();
		await this.enter();
	}

	get texts(): string[] {
		return this.room.entries.value.map((e) => e.text);
	}

	get states(): string[] {
		return this.room.entries.value.map((e) => e.state);
	}

	get seqs(): (number | undefined)[] {
		return this.room.entries.value.map((e) => e.seq);
	}

	kept(): Promise<Stored[]> {
		return this.env.store.load('u_me', 'general');
	}

	/** Puts an entry into the store, as an earlier page would have left it. */
	async leave(text: string, part: Partial<Stored> = {}): Promise<void> {
		await this.env.store.put({
			uid: 'u_me',
			room: 'general',
			cid: `c-${text}`,
			text,
			written: Date.now(),
			wordAt: Date.now(),
			since: { epoch: this.server.epoch, seq: 0 },
			tried: false,
			reset: false,
			refused: null,
			...part,
		});
	}
}

/** A room on a faked clock. After each test it must have released everything. */
export function useRoom(): RoomUnderTest {
	const t = new RoomUnderTest();
	beforeEach(() => {
		vi.useFakeTimers({ now: new Date('2026-11-24T10:00:00Z') });
		t.server = new FakeServer();
		t.env = fakeEnv(t.server);
	});
	afterEach(async () => {
		t.room?.close();
		expect(t.env.listeners()).toBe(0);
		await pass(60_000);
		expect(vi.getTimerCount()).toBe(0);
		vi.useRealTimers();
	});
	return t;
}
