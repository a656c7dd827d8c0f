import { describe, expect, it } from 'vitest';
import { pass, upTo, useRoom } from '../../test/client/fake-room';

const t = useRoom();
const pushes = (delays: number[]) => (f: Record<string, unknown>) =>
	f.type === 'messages' ? delays : [0];

describe('a push', () => {
	it('that overtakes another waits for it, and nobody is asked', async () => {
		await t.enter();
		t.server.deliver = pushes([250]);
		t.server.say('one');
		t.server.deliver = pushes([0]);
		t.server.say('two');
		await pass(200);
		expect(t.texts).toEqual([]);
		await pass(100);
		expect(t.texts).toEqual(['one', 'two']);
		expect(t.server.of('history')).toEqual([]);
	});

	it('that is missed is asked for after 300 ms', async () => {
		await t.enter();
		t.server.deliver = pushes([]);
		t.server.say('one');
		t.server.deliver = pushes([0]);
		t.server.say('two');
		await pass(290);
		expect(t.server.of('history')).toEqual([]);
		await pass(40);
		expect(t.server.of('history')).toMatchObject([{ after: 0 }]);
		expect(t.texts).toEqual(['one', 'two']);
	});

	it('that comes twice is shown once', async () => {
		await t.enter();
		t.server.deliver = pushes([0, 3, 900]);
		t.server.say('one');
		t.server.say('two');
		await pass(1000);
		expect(t.texts).toEqual(['one', 'two']);
	});

	it('before joined is held until then', async () => {
		t.server.fill(60);
		t.server.deliver = (f) => (f.type === 'joined' ? [200] : [0]);
		await t.enter();
		t.server.say('early');
		await pass(50);
		expect(t.seqs).toEqual([]);
		await pass(100);
		expect(t.seqs).toEqual(upTo(61).slice(10));
		expect(t.server.of('history')).toEqual([]);
	});

	it('of another epoch joins again, and is not lost', async () => {
		t.server.fill(2);
		await t.enter();
		t.server.epoch = 'epoch00002';
		t.server.say('in the new one');
		await pass(100);
		expect(t.texts).toEqual(['0', '1', 'in the new one']);
		expect(t.server.of('join')).toHaveLength(2);
	});

	it('of another epoch during the join is kept until joined names it', async () => {
		t.server.fill(2);
		await t.enter();
		t.server.epoch = 'epoch00002';
		t.server.deliver = (f) => (f.type === 'joined' ? [100] : [0]);
		t.server.say('first');
		await pass(40);
		t.server.say('second');
		await pass(200);
		expect(t.texts).toEqual(['0', '1', 'first', 'second']);
		expect(t.server.of('join')).toHaveLength(2);
		expect(t.server.of('history')).toEqual([]);
	});

	it('of another room, or of an unknown type, is ignored', async () => {
		await t.enter();
		const [m] = [t.server.append({ uid: 'u', name: 'Ann', cid: 'x', text: 'elsewhere' })];
		t.server.broadcast({ type: 'messages', room: 'other', epoch: t.server.epoch, messages: [m] });
		t.server.broadcast({ type: 'typing', room: 'general' });
		await pass(100);
		expect(t.texts).toEqual([]);
		expect(t.room.connection.value).toEqual({ state: 'live' });
	});
});

describe('asking for what is missing', () => {
	async function miss(): Promise<void> {
		await t.enter();
		t.server.deliver = pushes([]);
		t.server.say('one');
		t.server.deliver = pushes([0]);
	}

	it.each(['busy', 'rate_limited'])('is tried again after %s', async (code) => {
		await miss();
		t.server.judge = (f) =>
			f.action === 'history' ? { code, temporary: true, retryAfter: 1 } : 'answer';
		t.server.say('two');
		await pass(320);
		t.server.judge = () => 'answer';
		expect(t.texts).toEqual([]);
		await pass(2000);
		expect(t.texts).toEqual(['one', 'two']);
	});

	it('is tried again when no answer comes', async () => {
		await miss();
		t.server.judge = (f) => (f.action === 'history' ? 'lose' : 'answer');
		t.server.say('two');
		await pass(5000);
		t.server.judge = () => 'answer';
		await pass(7000);
		expect(t.texts).toEqual(['one', 'two']);
	});

	it.each(['reset', 'not_joined'])('joins again after %s', async (code) => {
		await miss();
		t.server.judge = (f) => (f.action === 'history' ? { code } : 'answer');
		t.server.say('two');
		await pass(1000);
		expect(t.texts).toEqual(['one', 'two']);
		expect(t.server.of('join')).toHaveLength(2);
	});

	it('goes on asking, slower and slower, while the page does not show what is held', async () => {
		await miss();
		const { history } = t.server;
		t.server.history = (q) => ({ ...history.call(t.server, q), messages: [], more: false });
		t.server.say('two');
		await pass(10_000);
		const asked = t.server.of('history').length;
		expect(asked).toBeGreaterThan(2);
		expect(asked).toBeLessThan(25);
		t.server.history = history;
		await pass(15_000);
		expect(t.texts).toEqual(['one', 'two']);
	});

	it('starts again from the newest page if the log was torn', async () => {
		t.server.fill(3);
		await t.enter();
		const { history } = t.server;
		t.server.history = (q) => {
			const page = history.call(t.server, q);
			return 'messages' in page && q.after !== undefined
				? { ...page, messages: (page.messages as unknown[]).slice(1) }
				: page;
		};
		t.server.deliver = pushes([]);
		t.server.say('four');
		t.server.say('five');
		t.env.look(true);
		await pass(400);
		expect(t.server.of('join').at(-1)?.since).toBeUndefined();
		expect(t.seqs).toEqual([1, 2, 3, 4, 5]);
	});
});

describe('older pages', () => {
	it('that cannot be had leave everything as it is', async () => {
		t.server.fill(60);
		await t.enter();
		t.server.judge = () => ({ code: 'busy', temporary: true });
		const loading = t.room.loadOlder();
		await pass(50);
		await loading;
		expect([t.room.loadingOlder.value, t.room.hasOlder.value, t.seqs.length]).toEqual([
			false,
			true,
			50,
		]);
	});

	it('that arrive after the log was replaced are dropped', async () => {
		t.server.fill(60);
		await t.enter();
		t.server.deliver = (f) => (f.type === 'history' ? [200] : [0]);
		void t.room.loadOlder();
		await pass(10);
		t.server.epoch = 'epoch00002';
		t.server.log = t.server.log.map((m) => ({ ...m, text: 'copied' }));
		t.env.look(true);
		await pass(500);
		expect(t.seqs).toEqual(upTo(60).slice(10));
		expect(new Set(t.texts)).toEqual(new Set(['copied']));
		expect(t.room.hasOlder.value).toBe(true);
	});
});
