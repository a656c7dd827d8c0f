import { describe, expect, it } from 'vitest';
import { pass, upTo, useRoom } from '../../test/client/fake-room';

const t = useRoom();

/** Opens the room where no WebSocket can be had. */
async function enterByHttp(): Promise<void> {
	t.server.sockets = 'refuse';
	await t.enter();
	await pass(6000);
	expect(t.room.connection.value).toMatchObject({ state: 'polling' });
}

describe('where no WebSocket can be had', () => {
	it('polls after three failed handshakes, and not when HTTP fails, too', async () => {
		t.env.chance = () => 0.999;
		t.server.sockets = 'refuse';
		t.server.http = false;
		await t.enter();
		await pass(60_000);
		expect(t.room.connection.value).toMatchObject({ state: 'reconnecting' });
		t.server.http = true;
		await pass(120_000);
		expect(t.room.connection.value).toMatchObject({ state: 'polling' });
		expect(t.room.phase.value).toBe('ready');
	});

	it('does not add up failures from before a connection', async () => {
		t.env.chance = () => 0.999;
		t.server.sockets = 'refuse';
		await t.enter();
		await pass(600);
		expect(t.server.handshakes).toBe(2);
		t.server.sockets = 'open';
		await pass(1100);
		expect(t.room.connection.value).toEqual({ state: 'live' });
		t.server.sockets = 'refuse';
		t.server.cut();
		await pass(2100);
		expect(t.server.handshakes).toBe(4);
		expect(t.room.connection.value).toMatchObject({ state: 'reconnecting' });
	});

	it('shows the log, what is new, and older pages', async () => {
		t.server.fill(60);
		await enterByHttp();
		expect(t.seqs).toEqual(upTo(60).slice(10));
		t.server.say('new');
		await pass(10_100);
		expect(t.texts.at(-1)).toBe('new');
		t.server.fill(120);
		await pass(2_100);
		expect(t.seqs.at(-1)).toBe(181);
		await t.room.loadOlder();
		expect(t.seqs).toEqual(upTo(181));
		expect(t.room.onlineCount.value).toBeNull();
	});

	it('asks every 2 s while somebody writes, slower when it is quiet or hidden', async () => {
		await enterByHttp();
		t.server.say('hi');
		await pass(10_100);
		const count = async (ms: number, look = false) => {
			const before = t.server.gets.filter((g) => g.startsWith('/api/messages')).length;
			if (look) t.env.look(true);
			await pass(ms);
			return t.server.gets.filter((g) => g.startsWith('/api/messages')).length - before;
		};
		expect(t.room.connection.value).toEqual({ state: 'polling', everySeconds: 2 });
		expect(await count(20_000)).toBe(10);
		await pass(150_000);
		expect(await count(60_000)).toBe(6);
		t.env.look(false);
		await pass(70_000);
		expect(await count(120_000)).toBe(2);
		expect(await count(10, true)).toBe(1);
	});

	it('sends by POST, once, in order, and shows it', async () => {
		await enterByHttp();
		const cids = [t.room.send('a'), t.room.send('b')];
		await pass(50);
		expect(t.server.posts.map((p) => [p.cid, p.as])).toEqual(cids.map((c) => [c, 'u_me']));
		expect(t.texts).toEqual(['a', 'b']);
		expect(t.states).toEqual(['confirmed', 'confirmed']);
	});

	it('is a room that nobody has spoken in: empty, until one does', async () => {
		const history = t.server.history.bind(t.server);
		t.server.history = (q) =>
			t.server.head === 0 ? { code: 'not_found', temporary: false } : history(q);
		await enterByHttp();
		expect([t.room.phase.value, t.texts]).toEqual(['ready', []]);
		t.room.send('first');
		await pass(100);
		expect(t.states).toEqual(['confirmed']);
		expect(t.server.log).toHaveLength(1);
	});

	it('goes over to a socket as soon as there is one', async () => {
		t.server.fill(3);
		await enterByHttp();
		t.server.sockets = 'open';
		await pass(120_100);
		expect(t.room.connection.value).toEqual({ state: 'live' });
		expect(t.server.of('join').at(-1)?.since?.seq).toBe(3);
		const gets = t.server.gets.length;
		t.server.say('by push');
		await pass(60_000);
		expect(t.texts.at(-1)).toBe('by push');
		expect(t.server.gets.length).toBe(gets);
	});

	it('is reconnecting when HTTP stops answering', async () => {
		await enterByHttp();
		t.server.http = false;
		await pass(11_000);
		expect(t.room.connection.value).toMatchObject({ state: 'reconnecting' });
		t.room.send('hi');
		await pass(5000);
		expect(t.states).toEqual(['pending']);
		t.server.http = true;
		await pass(60_000);
		expect(t.room.connection.value).toMatchObject({ state: 'polling' });
		expect(t.states).toEqual(['confirmed']);
	});

	it('starts again when the log was reset', async () => {
		t.server.fill(3);
		await enterByHttp();
		t.server.epoch = 'epoch00002';
		t.server.log = [];
		t.server.append({ uid: 'u_ann', name: 'Ann', cid: 'n', text: 'anew' });
		await pass(11_000);
		expect(t.texts).toEqual(['anew']);
	});

	it('is signed out when the session goes', async () => {
		await enterByHttp();
		t.server.session = null;
		await pass(11_000);
		expect(t.room.connection.value).toEqual({ state: 'signedOut' });
	});
});
