import { describe, expect, it } from 'vitest';
import { pass, useRoom } from '../../test/client/fake-room';

const t = useRoom();
const second = 1000;
const minute = 60 * second;
const came = {
	type: 'presence',
	room: 'general',
	joined: [{ uid: 'u_ann', name: 'Ann' }],
	left: [],
	onlineCount: 2,
};
const pings = () => t.server.of('ping').length;

describe('the heartbeat', () => {
	it('of a lively room in view comes 25 s after the last push', async () => {
		await t.enter();
		t.server.say('hi');
		await pass(24 * second);
		expect(pings()).toBe(0);
		t.server.say('again');
		await pass(24.9 * second);
		expect(pings()).toBe(0);
		await pass(second);
		expect(pings()).toBe(1);
		expect(t.server.of('ping')).toMatchObject([{ rooms: ['general'] }]);
		await pass(26 * second);
		expect(pings()).toBe(2);
	});

	it.each([
		['an answer', () => t.room.send('mine')],
		['who came', () => t.server.broadcast({ ...came, at: new Date().toISOString() })],
	])('is not put off by %s, which does not show that messages come', async (_name, happens) => {
		await t.enter();
		t.server.say('hi');
		await pass(20 * second);
		happens();
		await pass(6 * second);
		expect(pings()).toBe(1);
	});

	it('comes at the short interval in a room that was lively just before the person came', async () => {
		t.server.fill(1);
		await t.enter();
		await pass(25 * second);
		expect(pings()).toBe(1);
	});

	it('slows down when nobody wrote for five minutes', async () => {
		await t.enter();
		t.server.say('hi');
		await pass(6 * minute);
		const before = pings();
		await pass(10 * minute);
		expect(pings() - before).toBeGreaterThanOrEqual(4);
		expect(pings() - before).toBeLessThanOrEqual(5);
	});

	it('of a hidden page comes every 4 min, and at once when it is looked at', async () => {
		await t.enter();
		t.server.say('hi');
		t.env.look(false);
		await pass(3.9 * minute);
		expect(pings()).toBe(0);
		await pass(12 * second);
		expect(pings()).toBe(1);
		t.env.look(true);
		await pass(10);
		expect(pings()).toBe(2);
		await pass(second);
		t.env.fire('online');
		await pass(10);
		expect(pings()).toBe(3);
	});

	it('comes 4 min after the last one, whatever arrives', async () => {
		await t.enter();
		for (let i = 0; i < 13; i++) {
			await pass(20 * second);
			t.server.say(`${i}`);
		}
		expect(pings()).toBe(1);
	});

	it('comes when the count of people may be wrong, in view', async () => {
		t.server.onlineFor = minute;
		await t.enter();
		await pass(minute);
		expect(pings()).toBe(0);
		await pass(second);
		expect(pings()).toBe(1);
		t.env.look(false);
		await pass(3.9 * minute);
		expect(pings()).toBe(1);
	});

	it('is not hurried by a room of people who live', async () => {
		t.server.onlineFor = 220 * second;
		await t.enter();
		await pass(20 * minute + second);
		expect(pings()).toBe(10);
	});

	it.each([
		['a moment', 1],
		['no time', 0],
	])('leaves a server in peace whose clocks let the count hold for %s', async (_name, ms) => {
		t.server.onlineFor = ms;
		await t.enter();
		await pass(20 * second);
		expect(pings()).toBeLessThanOrEqual(10);
	});

	it('finds what the last push did not bring', async () => {
		await t.enter();
		t.server.say('one');
		t.server.deliver = (f) => (f.type === 'messages' ? [] : [0]);
		t.server.say('lost');
		await pass(26 * second);
		expect(t.texts).toEqual(['one', 'lost']);
	});

	it('without a pong in 5 s drops the socket and connects again at once', async () => {
		await t.enter();
		t.server.say('hi');
		await pass(10);
		t.server.connections[0]?.freeze();
		t.server.append({ uid: 'u_ann', name: 'Ann', cid: 'x', text: 'unheard' });
		await pass(25 * second);
		expect(t.server.handshakes).toBe(1);
		await pass(5 * second + 50);
		expect(t.server.handshakes).toBe(2);
		expect(t.texts).toEqual(['hi', 'unheard']);
		expect(t.room.connection.value).toEqual({ state: 'live' });
	});

	it('takes a refusal, and a gateway frame, for a sign of life', async () => {
		await t.enter();
		t.server.say('hi');
		t.server.judge = () => ({ code: 'rate_limited', temporary: true });
		await pass(40 * second);
		t.server.judge = () => 'gateway';
		await pass(40 * second);
		expect(pings()).toBeGreaterThanOrEqual(2);
		expect(t.server.handshakes).toBe(1);
	});

	it('that finds the connection not live joins again, with since', async () => {
		t.server.fill(2);
		await t.enter();
		t.server.live = false;
		t.env.look(true);
		await pass(20);
		expect(t.server.of('join').at(-1)?.since).toEqual({ epoch: t.server.epoch, seq: 2 });
		expect(t.server.handshakes).toBe(1);
	});

	it('that finds another epoch joins again', async () => {
		t.server.fill(2);
		await t.enter();
		t.server.epoch = 'epoch00002';
		t.env.look(true);
		await pass(50);
		expect(t.server.of('join')).toHaveLength(2);
		expect(t.seqs).toEqual([1, 2]);
	});
});
