import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Room } from './client';
import { type FakeEnv, fakeEnv } from './fakeEnv';
import { FakeServer, me } from './fakeServer';
import { openRoom } from './room';

let server: FakeServer;
let env: FakeEnv;
let room: Room;

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const texts = () => room.entries.value.map((e) => e.text);
const states = () => room.entries.value.map((e) => e.state);

/** Opens the room and waits until it is live. */
async function enter(): Promise<void> {
	room = openRoom('General', me, env);
	await pass(100);
}

beforeEach(() => {
	vi.useFakeTimers({ now: new Date('2026-11-24T10:00:00Z') });
	server = new FakeServer();
	env = fakeEnv(server);
});

afterEach(() => {
	room.close();
	expect(env.listeners()).toBe(0);
	vi.useRealTimers();
});

describe('opening', () => {
	it('shows the newest page, the title and who is there', async () => {
		server.fill(70);
		room = openRoom('GENERAL', me, env);
		expect([room.title.value, room.phase.value]).toEqual(['GENERAL', 'loading']);
		expect(room.connection.value).toEqual({ state: 'connecting' });
		await pass(100);
		expect([room.title.value, room.phase.value]).toEqual(['General', 'ready']);
		expect(room.connection.value).toEqual({ state: 'live' });
		expect(room.entries.value.map((e) => e.seq)).toEqual(
			Array.from({ length: 50 }, (_, i) => i + 21),
		);
		expect([room.online.value, room.onlineCount.value]).toEqual([[{ uid: 'u_me', name: 'Me' }], 1]);
		expect(room.hasOlder.value).toBe(true);
	});

	it('loads older pages, one request at a time, down to the beginning', async () => {
		server.fill(120);
		await enter();
		const twice = [room.loadOlder(), room.loadOlder()];
		expect(room.loadingOlder.value).toBe(true);
		await pass(20);
		await Promise.all(twice);
		expect(server.of('history')).toMatchObject([{ before: 71 }]);
		expect(room.loadingOlder.value).toBe(false);
		void room.loadOlder();
		await pass(20);
		expect(room.entries.value.map((e) => e.seq)).toEqual(
			Array.from({ length: 120 }, (_, i) => i + 1),
		);
		expect(room.hasOlder.value).toBe(false);
	});

	it('is failed where the room cannot be joined', async () => {
		server.judge = () => ({ code: 'bad_request' });
		await enter();
		expect(room.phase.value).toBe('failed');
		await pass(600_000);
		expect(server.handshakes).toBe(1);
	});

	it('gives a message of an unknown kind its place and no looks', async () => {
		server.append({ kind: 'poll', cid: 'p', uid: 'u_ann', name: 'Ann', text: '?' });
		await enter();
		server.say('after it');
		await pass(100);
		expect(texts()).toEqual(['after it']);
		expect(server.of('history')).toEqual([]);
	});
});

describe('sending', () => {
	it('shows a text at once and confirms it under the same key', async () => {
		await enter();
		const cid = room.send('hi');
		expect(cid).toMatch(/^[0-9A-Z]{26}$/);
		expect(room.entries.value).toMatchObject([{ text: 'hi', cid, state: 'pending' }]);
		const key = room.entries.value[0]?.key;
		await pass(100);
		expect(room.entries.value).toMatchObject([
			{ text: 'hi', cid, state: 'confirmed', seq: 1, key },
		]);
		expect(server.of('send')).toMatchObject([
			{ cid, as: 'u_me', since: { epoch: server.epoch, seq: 0 } },
		]);
		expect(await env.store.load('u_me', 'general')).toEqual([]);
	});

	it('sends one at a time, in the order of writing', async () => {
		await enter();
		const cids = ['a', 'b', 'c'].map((t) => room.send(t));
		await pass(9);
		expect(server.of('send').map((s) => s.cid)).toEqual(cids.slice(0, 1));
		await pass(100);
		expect(server.log.map((m) => m.cid)).toEqual(cids);
		expect(texts()).toEqual(['a', 'b', 'c']);
	});

	it('waits for the rows before its own', async () => {
		await enter();
		server.deliver = (f) => (f.type === 'messages' ? [] : [0]);
		server.say('before');
		room.send('mine');
		await pass(100);
		expect(states()).toEqual(['pending']);
		await pass(400);
		expect(texts()).toEqual(['before', 'mine']);
		expect(states()).toEqual(['confirmed', 'confirmed']);
	});
});
