import { describe, expect, it } from 'vitest';
import { pass, useRoom } from '../../test/client/fake-room';

const t = useRoom();

describe('a send without an acknowledgement', () => {
	it('is pending, then failed after 15 s, tried on with the same cid, and confirmed in the end', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'lose' : 'answer');
		const cid = t.room.send('hi');
		await pass(14_900);
		expect(t.room.entries.value).toMatchObject([{ cid, state: 'pending' }]);
		await pass(200);
		expect(t.room.entries.value).toMatchObject([
			{ cid, state: 'failed', error: { code: 'offline' } },
		]);
		t.server.judge = () => 'answer';
		await pass(10_000);
		expect(t.room.entries.value).toMatchObject([{ cid, state: 'confirmed' }]);
		expect(new Set(t.server.of('send').map((s) => s.cid))).toEqual(new Set([cid]));
	});

	it('goes out at once, with the same cid, by Retry', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'lose' : 'answer');
		const cid = t.room.send('hi');
		await pass(15_200);
		const before = t.server.of('send').length;
		t.server.judge = () => 'answer';
		t.room.retry(cid);
		expect(t.states).toEqual(['pending']);
		await pass(50);
		expect(t.server.of('send').length).toBe(before + 1);
		expect(t.room.entries.value).toMatchObject([{ cid, state: 'confirmed' }]);
	});

	it('leaves the outbox by Delete, and the next one goes', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' && f.text === 'stuck' ? 'lose' : 'answer');
		const stuck = t.room.send('stuck');
		t.room.send('next');
		await pass(15_200);
		expect(t.states).toEqual(['failed', 'pending']);
		t.room.discard(stuck);
		await pass(100);
		expect(t.texts).toEqual(['next']);
		expect(await t.kept()).toEqual([]);
		await pass(60_000);
		expect(t.server.log.map((m) => m.text)).toEqual(['next']);
	});

	it('is once in the log when only its answer was lost', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'withhold' : 'answer');
		t.room.send('hi');
		await pass(9_000);
		t.server.judge = () => 'answer';
		await pass(4_000);
		expect(t.server.log).toHaveLength(1);
		expect(t.states).toEqual(['confirmed']);
		// A pong may tell of the row before the entry is sent again.
		expect(t.server.of('send').length).toBeLessThanOrEqual(2);
	});

	it('takes an answer that comes after a Retry', async () => {
		await t.enter();
		t.server.deliver = (f) => (f.type === 'sent' ? [2000] : [0]);
		const cid = t.room.send('hi');
		await pass(1900);
		t.server.judge = (f) => (f.action === 'send' ? 'lose' : 'answer');
		t.room.retry(cid);
		await pass(200);
		expect(t.states).toEqual(['confirmed']);
	});

	it("takes API Gateway's own error frame for an unknown outcome", async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'gateway' : 'answer');
		t.room.send('hi');
		await pass(20);
		t.server.judge = () => 'answer';
		await pass(2000);
		expect(t.server.log).toHaveLength(1);
		expect(t.states).toEqual(['confirmed']);
		expect(t.server.handshakes).toBe(1);
	});

	it("is not acknowledged by another's row with the same cid", async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'lose' : 'answer');
		const cid = t.room.send('hi');
		await pass(20);
		t.server.say('theirs', { cid });
		await pass(20);
		expect(t.states).toEqual(['confirmed', 'pending']);
		t.server.judge = () => 'answer';
		await pass(12_000);
		expect(t.server.log.map((m) => m.text)).toEqual(['theirs', 'hi']);
	});

	it('is acknowledged by its own row in any list', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'withhold' : 'answer');
		t.room.send('hi');
		await pass(20);
		const [row] = t.server.log;
		if (row) t.server.push(row);
		await pass(20);
		expect(t.states).toEqual(['confirmed']);
		await pass(30_000);
		expect(t.server.of('send')).toHaveLength(1);
	});
});

describe('a refused send', () => {
	const permanent = ['bad_request', 'forbidden', 'too_large'];
	it.each(permanent)('%s fails at once, is kept, and stops nobody', async (code) => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' && f.text === 'bad' ? { code } : 'answer');
		const cid = t.room.send('bad');
		t.room.send('good');
		await pass(100);
		expect(t.room.entries.value).toMatchObject([
			{ text: 'good', state: 'confirmed' },
			{ text: 'bad', state: 'failed', error: { code } },
		]);
		await pass(120_000);
		expect(t.server.of('send').filter((s) => s.cid === cid)).toHaveLength(1);
		expect(await t.kept()).toMatchObject([{ cid, refused: { code } }]);
		t.room.retry(cid);
		await pass(50);
		expect(t.server.of('send').filter((s) => s.cid === cid)).toHaveLength(2);
	});

	it.each(['rate_limited', 'busy', 'internal'])(
		'%s is tried again after retryAfter',
		async (code) => {
			await t.enter();
			t.server.judge = (f) =>
				f.action === 'send' ? { code, temporary: true, retryAfter: 3 } : 'answer';
			t.room.send('hi');
			await pass(20);
			t.server.judge = () => 'answer';
			await pass(2900);
			expect(t.server.of('send')).toHaveLength(1);
			expect(t.states).toEqual(['pending']);
			await pass(700);
			expect(t.server.of('send')).toHaveLength(2);
			expect(t.states).toEqual(['confirmed']);
		},
	);

	it('over 4,000 characters is refused here, and never sent', async () => {
		await t.enter();
		t.room.send('😀'.repeat(4000));
		t.room.send('a'.repeat(4001));
		await pass(100);
		expect(t.states).toEqual(['confirmed', 'failed']);
		expect(t.room.entries.value[1]?.error?.code).toBe('too_large');
		expect(t.server.of('send')).toHaveLength(1);
	});

	it('not_joined joins again, with since, and sends again', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? { code: 'not_joined' } : 'answer');
		t.room.send('hi');
		await pass(12);
		t.server.judge = () => 'answer';
		await pass(1000);
		expect(t.server.of('join')).toMatchObject([{}, { since: { epoch: t.server.epoch, seq: 0 } }]);
		expect(t.states).toEqual(['confirmed']);
	});

	it('behind catches up first', async () => {
		t.server.pageSize = 100;
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? 'withhold' : 'answer');
		t.room.send('hi');
		await pass(20);
		t.server.deliver = (f) => (f.type === 'messages' ? [] : [0]);
		t.server.fill(250);
		t.server.judge = () => 'answer';
		await pass(11_000);
		expect(t.server.log.filter((m) => m.text === 'hi')).toHaveLength(1);
		expect(t.states.every((s) => s === 'confirmed')).toBe(true);
	});

	it('reset joins for the newest page, and the entry waits until the person decides', async () => {
		t.server.fill(3);
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? { code: 'reset' } : 'answer');
		const cid = t.room.send('hi');
		await pass(100);
		expect(t.server.of('join').map((j) => j.since)).toEqual([undefined, undefined]);
		expect(t.states.at(-1)).toBe('waiting');
		t.server.judge = () => 'answer';
		await pass(60_000);
		expect(t.server.of('send')).toHaveLength(1);
		t.room.retry(cid);
		await pass(100);
		expect(t.server.log.at(-1)).toMatchObject({ cid, text: 'hi' });
		expect(t.states.at(-1)).toBe('confirmed');
	});

	it('unauthorized with a good session is tried again, without one signs out', async () => {
		await t.enter();
		t.server.judge = (f) => (f.action === 'send' ? { code: 'unauthorized' } : 'answer');
		t.room.send('hi');
		await pass(100);
		expect(t.room.connection.value.state).toBe('live');
		t.server.session = null;
		await pass(5000);
		expect(t.room.connection.value).toEqual({ state: 'signedOut' });
		expect(await t.kept()).toHaveLength(1);
	});
});
