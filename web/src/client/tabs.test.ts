import { describe, expect, it } from 'vitest';
import { pass, useRoom } from '../../test/client/fake-room';
import { me } from '../../test/client/fake-server';
import type { Room } from './client';
import { Outbox } from './outbox';
import { openRoom } from './room';

const t = useRoom();
const day = 24 * 60 * 60 * 1000;

describe('an outbox that an earlier page left', () => {
	it('is shown and goes out once, in the order of writing', async () => {
		await t.leave('b', { written: 2 });
		await t.leave('a', { written: 1 });
		t.server.fill(3);
		t.room = openRoom('general', me, t.env, Outbox);
		await pass(1);
		expect(t.texts).toEqual(['a', 'b']);
		await pass(100);
		expect(t.server.log.map((m) => m.cid)).toEqual(['f0', 'f1', 'f2', 'c-a', 'c-b']);
		expect(t.states).toEqual(Array(5).fill('confirmed'));
		expect(await t.kept()).toEqual([]);
	});

	it('that was in the log already is found there, in the page or from since on', async () => {
		t.server.append({ uid: 'u_me', name: 'Me', cid: 'c-old', text: 'old' });
		t.server.fill(120);
		t.server.append({ uid: 'u_me', name: 'Me', cid: 'c-new', text: 'new' });
		await t.leave('old', { tried: true });
		await t.leave('new', { tried: true, written: Date.now() + 1 });
		await t.enter();
		await pass(100);
		expect(t.server.head).toBe(122);
		expect(t.states.every((s) => s === 'confirmed')).toBe(true);
		// It may be any row after 0, and the rows before the page were not looked at.
		expect(t.server.of('send')).toMatchObject([{ cid: 'c-old', since: { seq: 0 } }]);
		expect(await t.kept()).toEqual([]);
	});

	it('tried before any epoch was known may be any row of the log', async () => {
		t.server.append({ uid: 'u_me', name: 'Me', cid: 'c-first', text: 'first' });
		t.server.fill(150);
		await t.leave('first', { tried: true, since: null });
		await t.enter();
		await pass(1000);
		expect(t.server.of('send')).toMatchObject([{ since: { seq: 0 } }]);
		expect(t.server.head).toBe(151);
		expect(await t.kept()).toEqual([]);
	});

	it('never tried, written before any row was known, needs no look back', async () => {
		t.server.fill(300);
		await t.leave('new', { since: null });
		await t.enter();
		expect(t.server.of('send')).toMatchObject([{ since: { seq: 300 } }]);
		expect(t.server.head).toBe(301);
	});

	it('far behind the end of the log looks at all rows between', async () => {
		t.server.fill(2);
		t.server.append({ uid: 'u_me', name: 'Me', cid: 'c-lost', text: 'lost' });
		t.server.fill(400);
		await t.leave('lost', { tried: true, since: { epoch: t.server.epoch, seq: 2 } });
		await t.leave('fresh', { written: Date.now() + 1, since: { epoch: t.server.epoch, seq: 2 } });
		await t.enter();
		await pass(3000);
		expect(t.server.log.filter((m) => m.uid === 'u_me').map((m) => m.text)).toEqual([
			'lost',
			'fresh',
		]);
		expect(t.texts.at(-1)).toBe('fresh');
		expect(await t.kept()).toEqual([]);
	});

	it('survives a reload while it is not acknowledged', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'withhold' : 'answer');
		t.room.send('hi');
		await pass(50);
		expect(await t.kept()).toMatchObject([{ text: 'hi', tried: true, since: { seq: 0 } }]);
		t.server.judge = () => 'answer';
		await t.reload();
		expect(t.server.log).toHaveLength(1);
		expect(t.states).toEqual(['confirmed']);
	});

	it('that the store gives back after the join is looked for in what came with it', async () => {
		t.server.append({ uid: 'u_me', name: 'Me', cid: 'c-old', text: 'old' });
		await t.leave('old', { tried: true });
		const { load } = t.env.store;
		t.env.store.load = async (uid, room) => {
			await new Promise((done) => setTimeout(done, 500));
			return load(uid, room);
		};
		await t.enter();
		await pass(3000);
		expect(t.server.of('send')).toEqual([]);
		expect([t.texts, t.states]).toEqual([['old'], ['confirmed']]);
		t.env.store.load = load;
		expect(await t.kept()).toEqual([]);
	});

	it('is known to have been tried before it can have arrived', async () => {
		await t.enter();
		const order: string[] = [];
		const put = t.env.store.put;
		t.env.store.put = async (e) => {
			await new Promise((done) => setTimeout(done, 40));
			await put(e);
			order.push(e.tried ? 'kept as tried' : 'kept');
		};
		t.server.judge = () => {
			order.push('arrived');
			return 'answer';
		};
		t.room.send('hi');
		await pass(200);
		expect(order).toEqual(['kept', 'kept as tried', 'arrived']);
	});

	it.each([
		['older than 24 h', { wordAt: Date.now() - 10 * 365 * day }],
		['of another epoch', { since: { epoch: 'epoch00000', seq: 7 } }],
		['that was reset', { reset: true }],
	])('%s waits for the word of the person', async (_what, part) => {
		await t.leave('old', part);
		await t.leave('young', { written: Date.now() + 1 });
		await t.enter();
		expect(t.room.entries.value).toMatchObject([
			{ text: 'young', state: 'confirmed' },
			{ text: 'old', state: 'waiting' },
		]);
		t.room.retry('c-old');
		await pass(100);
		expect(t.texts).toEqual(['young', 'old']);
		expect(t.states).toEqual(['confirmed', 'confirmed']);
	});

	it('becomes old while it waits for a connection', async () => {
		t.server.sockets = 'hang';
		t.server.http = false;
		await t.enter();
		t.room.send('hi');
		await pass(1.1 * day);
		t.server.sockets = 'open';
		await pass(60_000);
		expect(t.states).toEqual(['waiting']);
		expect(t.server.of('send')).toEqual([]);
	});

	it('of another person or room stays in the store', async () => {
		await t.leave('not mine', { uid: 'u_other' });
		await t.leave('not here', { room: 'elsewhere' });
		await t.enter();
		await pass(1000);
		expect(t.texts).toEqual([]);
		expect(t.server.of('send')).toEqual([]);
	});

	it('that could not be stored goes out all the same', async () => {
		t.env.store.put = () => Promise.reject(new Error('full'));
		t.env.store.load = () => Promise.reject(new Error('gone'));
		await t.enter();
		t.room.send('hi');
		await pass(100);
		expect(t.states).toEqual(['confirmed']);
	});
});

describe('two tabs', () => {
	let other: Room;
	async function enterTwice(): Promise<void> {
		await t.enter();
		other = openRoom('general', me, t.env, Outbox);
		await pass(100);
	}
	const texts = () => other.entries.value.map((e) => e.text);

	it('send each entry once and show the same', async () => {
		await enterTwice();
		for (const [i, room] of [t.room, other, t.room, other].entries()) room.send(`${i}`);
		await pass(500);
		expect(t.server.log.map((m) => m.text).sort()).toEqual(['0', '1', '2', '3']);
		expect(t.server.of('send')).toHaveLength(4);
		expect(texts()).toEqual(t.texts);
		expect(t.states).toEqual(Array(4).fill('confirmed'));
		other.close();
	});

	it('never send at the same time', async () => {
		await enterTwice();
		let under = 0;
		let most = 0;
		t.server.judge = (f) => {
			if (f.action === 'send') most = Math.max(most, ++under);
			return 'answer';
		};
		t.server.deliver = (f) => {
			if (f.type === 'sent') setTimeout(() => under--, 100);
			return f.type === 'sent' ? [100] : [0];
		};
		t.room.send('a');
		other.send('b');
		await pass(1000);
		expect([most, t.server.head]).toEqual([1, 2]);
		other.close();
	});

	it('find in the log what the other one sent and could not tell of', async () => {
		await enterTwice();
		t.server.judge = (f) => (f.action === 'send' ? 'withhold' : 'answer');
		other.send('hi');
		await pass(50);
		other.close();
		t.server.judge = () => 'answer';
		t.room.send('more');
		await pass(5000);
		expect(t.server.log.map((m) => m.text)).toEqual(['hi', 'more']);
		expect(t.server.of('send').map((s) => s.text)).toEqual(['hi', 'more']);
		expect(await t.kept()).toEqual([]);
	});

	it('do not send what the other one discarded', async () => {
		t.server.sockets = 'hang';
		await t.leave('regretted');
		await enterTwice();
		expect([t.texts, texts()]).toEqual([['regretted'], ['regretted']]);
		other.discard('c-regretted');
		other.close();
		t.server.sockets = 'open';
		await pass(30_000);
		expect(t.texts).toEqual([]);
		expect(t.server.of('send')).toEqual([]);
	});

	it('do not send what the store tells of later, if another log has begun since', async () => {
		t.server.fill(3);
		await t.enter();
		await t.leave('of old', { since: { epoch: 'epoch00000', seq: 1 } });
		t.env.look(true);
		await pass(1000);
		expect(t.states).toEqual([...Array(3).fill('confirmed'), 'waiting']);
		expect([t.server.of('send'), t.server.of('join').length]).toEqual([[], 1]);
	});

	it('do not put back what the other one sent before another log began', async () => {
		t.server.sockets = 'hang';
		await t.leave('sent');
		await t.enter();
		const [entry] = await t.kept();
		if (entry) await t.env.store.remove(entry);
		t.server.epoch = 'epoch00002';
		t.server.fill(3);
		t.server.sockets = 'open';
		await pass(30_000);
		expect([t.states, await t.kept()]).toEqual([Array(3).fill('confirmed'), []]);
	});
});
