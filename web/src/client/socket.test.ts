import { describe, expect, it } from 'vitest';
import { pass, upTo, useRoom } from '../../test/client/fake-room';
import { me } from '../../test/client/fake-server';

const t = useRoom();

describe('being cut off', () => {
	it('queues, comes back with since, shows what was missed once, and sends in order', async () => {
		await t.enter();
		t.server.say('one');
		await pass(50);
		t.server.sockets = 'hang';
		t.server.cut();
		expect(t.room.connection.value).toMatchObject({ state: 'reconnecting' });
		t.room.send('a');
		t.room.send('b');
		t.server.say('missed');
		await pass(5000);
		expect(t.states).toEqual(['confirmed', 'pending', 'pending']);
		t.server.sockets = 'open';
		await pass(30_000);
		expect(t.server.of('join').at(-1)?.since).toEqual({ epoch: t.server.epoch, seq: 1 });
		expect(t.texts).toEqual(['one', 'missed', 'a', 'b']);
		expect(t.server.of('send')).toHaveLength(2);
		expect(t.room.connection.value).toEqual({ state: 'live' });
	});

	it('entries that are out when it is cut are queued, not failed', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'withhold' : 'answer');
		t.room.send('hi');
		await pass(1000);
		t.server.sockets = 'hang';
		t.server.cut();
		await pass(20_000);
		expect(t.states).toEqual(['pending']);
		t.server.judge = () => 'answer';
		t.server.sockets = 'open';
		await pass(40_000);
		expect(t.server.log).toHaveLength(1);
		expect(t.states).toEqual(['confirmed']);
	});

	it('fetches page by page until it is level', async () => {
		await t.enter();
		t.server.sockets = 'refuse';
		t.server.cut();
		t.server.fill(230);
		t.server.sockets = 'open';
		await pass(2000);
		expect(t.seqs).toEqual(upTo(230));
		expect(t.server.of('history').map((h) => h.after)).toEqual([50, 100, 150, 200]);
	});

	it('backs off with growing delays, tells when it tries, and tries at once on request', async () => {
		t.env.chance = () => 0.999;
		await t.enter();
		t.server.sockets = 'refuse';
		t.server.http = false;
		t.server.cut();
		const delays: number[] = [];
		for (let i = 0; i < 9; i++) {
			const { retryAt } = t.room.connection.value as { retryAt: number };
			delays.push(Math.round((retryAt - Date.now()) / 500) * 500);
			await pass(retryAt - Date.now() + 10);
		}
		expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
		const tries = t.server.handshakes;
		t.room.retryNow();
		expect(t.server.handshakes).toBe(tries + 1);
		await pass(10);
		t.env.fire('online');
		expect(t.server.handshakes).toBe(tries + 2);
		await pass(10);
		t.env.look(true);
		expect(t.server.handshakes).toBe(tries + 3);
	});

	it('replaces the list when the log was reset, and makes what was written before wait', async () => {
		t.server.fill(5);
		await t.enter();
		t.server.sockets = 'hang';
		t.server.cut();
		const cid = t.room.send('before');
		t.server.epoch = 'epoch00002';
		t.server.log = [];
		t.server.append({ uid: 'u_bo', name: 'Bo', cid: 'n1', text: 'new' });
		t.server.sockets = 'open';
		await pass(20_000);
		expect(t.room.entries.value).toMatchObject([{ text: 'new' }, { cid, state: 'waiting' }]);
		expect(t.server.of('send')).toEqual([]);
		t.room.retry(cid);
		await pass(100);
		expect(t.texts).toEqual(['new', 'before']);
		expect(t.server.of('send')).toMatchObject([{ since: { epoch: 'epoch00002', seq: 1 } }]);
	});

	it('gives up a handshake that hangs', async () => {
		t.server.sockets = 'hang';
		await t.enter();
		await pass(9000);
		expect(t.server.handshakes).toBe(1);
		await pass(2000);
		expect(t.server.handshakes).toBe(2);
	});
});

describe('the session', () => {
	it('is asked for after a failed handshake; if it is gone, the room is signed out', async () => {
		await t.enter();
		t.server.session = null;
		t.server.sockets = 'refuse';
		t.server.cut();
		await pass(2000);
		expect(t.room.connection.value).toEqual({ state: 'signedOut' });
		const tries = t.server.handshakes;
		await pass(600_000);
		expect(t.server.handshakes).toBe(tries);
	});

	it.each([
		['has lost its name', { ...me, name: '' }],
		['is another person', { ...me, uid: 'u_other' }],
	])('that %s signs out', async (_what, session) => {
		t.server.session = session;
		t.server.sockets = 'refuse';
		await t.enter();
		expect(t.room.connection.value).toEqual({ state: 'signedOut' });
	});

	it('of somebody else on the socket signs out, and nothing is sent', async () => {
		await t.leave('mine');
		t.server.session = { ...me, uid: 'u_other' };
		await t.enter();
		expect(t.room.connection.value).toEqual({ state: 'signedOut' });
		expect(t.server.of('send')).toEqual([]);
	});

	it('bye with retry reconnects, without signs out', async () => {
		await t.enter();
		t.server.broadcast({ type: 'bye', code: 'unauthorized', retry: true });
		await pass(1000);
		expect(t.server.handshakes).toBe(2);
		expect(t.room.connection.value).toEqual({ state: 'live' });
		t.server.broadcast({ type: 'bye', code: 'unauthorized', retry: false });
		await pass(1000);
		expect(t.room.connection.value).toEqual({ state: 'signedOut' });
		expect(t.server.connections).toEqual([]);
	});
});
