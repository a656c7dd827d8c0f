import { describe, expect, it } from 'vitest';
import { pass, useRoom } from '../../test/client/fake-room';
import { me } from '../../test/client/fake-server';
import type { Entry } from './client';
import { Outbox } from './outbox';
import { openRoom } from './room';

const t = useRoom();

/** The message at the end of the list. */
const last = (): Entry | undefined => t.room.entries.value.at(-1);

/** Sends a message and returns its seq. */
async function said(text: string): Promise<number> {
	t.room.send(text);
	await pass(50);
	return last()?.seq ?? 0;
}

describe('a change of a message', () => {
	it('shows at once as pending, then as it is in the log', async () => {
		await t.enter();
		const seq = await said('old');
		const cid = t.room.change('edit', seq, 'new');
		expect(last()).toMatchObject({ text: 'new', edited: true, change: { state: 'pending', cid } });
		await pass(50);
		expect(last()).toMatchObject({ seq, text: 'new', edited: true });
		expect(last()?.change).toBeUndefined();
		expect(t.server.log.map(({ kind, text }) => [kind, text])).toEqual([
			['message', 'new'],
			['edit', 'new'],
		]);
		expect(t.server.of('send').at(-1)).toMatchObject({ kind: 'edit', target: seq, as: 'u_me' });
		expect(t.room.entries.value).toHaveLength(1);
	});

	it('deletes, and reacts, and takes that back', async () => {
		await t.enter();
		const { seq } = t.server.say('hers');
		await pass(50);
		t.room.change('react', seq, '👍');
		expect(last()?.reactions).toEqual([{ sign: '👍', people: [{ uid: 'u_me', name: 'Me' }] }]);
		t.server.append({ kind: 'react', target: seq, uid: 'u_bo', name: 'Bo', cid: 'b', text: '👍' });
		await pass(500);
		expect(last()?.reactions?.map(({ people }) => people.length)).toEqual([2]);
		t.room.change('react', seq, '');
		expect(last()?.reactions?.map(({ people }) => people.length)).toEqual([1]);
		await pass(50);
		expect(last()?.reactions?.map(({ people }) => people.length)).toEqual([1]);
		const own = await said('mine');
		t.room.change('delete', own, '');
		expect(last()).toMatchObject({ seq: own, text: '', deleted: true });
		await pass(50);
		expect(last()).toMatchObject({ seq: own, text: '', deleted: true });
		expect(t.server.log[own - 1]?.text).toBe('');
	});

	it.each([
		['edit', 'new', 'new'],
		['delete', '', 'old'],
		['react', '👍', 'old'],
	] as const)(
		'that is refused stays on the message, until Discard: %s',
		async (kind, text, shown) => {
			await t.enter();
			const seq = await said('old');
			t.server.judge = ({ action }) => (action === 'send' ? { code: 'forbidden' } : 'answer');
			const cid = t.room.change(kind, seq, text);
			await pass(50);
			expect(last()).toMatchObject({ text: shown, change: { kind, state: 'failed', cid } });
			expect(last()?.change?.error?.code).toBe('forbidden');
			expect([last()?.deleted, last()?.reactions]).toEqual([undefined, undefined]);
			await t.reload();
			expect(last()).toMatchObject({ text: shown, change: { kind, state: 'failed', cid } });
			t.room.discard(cid);
			expect(last()).toMatchObject({ text: 'old' });
			expect(last()?.change).toBeUndefined();
		},
	);

	it('without an answer is failed after 15 s, and goes in by Retry, once', async () => {
		await t.enter();
		const seq = await said('old');
		t.server.judge = ({ action }) => (action === 'send' ? 'lose' : 'answer');
		const cid = t.room.change('edit', seq, 'new');
		await pass(15_100);
		expect(last()?.change?.state).toBe('failed');
		t.server.judge = () => 'answer';
		t.room.retry(cid);
		await pass(100);
		expect(last()).toMatchObject({ text: 'new', edited: true });
		expect(t.server.log.filter(({ kind }) => kind === 'edit')).toHaveLength(1);
	});

	it.each([
		['edit', 'new'],
		['delete', ''],
	] as const)(
		'whose row is in the log is sent again until it is answered: %s',
		async (kind, text) => {
			await t.enter();
			const seq = await said('old');
			t.server.judge = ({ action }) => (action === 'send' ? 'lose' : 'answer');
			const cid = t.room.change(kind, seq, text);
			await pass(50);
			// The function dies between the row and the change of the message.
			const row = t.server.append({ kind, target: seq, uid: 'u_me', name: 'Me', cid, text });
			t.server.fill(5);
			t.server.cut();
			await pass(2000);
			expect(last()).toMatchObject({ text: '4' });
			t.server.judge = () => 'answer';
			await pass(20_000);
			expect(t.server.log[seq - 1]?.text).toBe(text);
			expect(t.server.log.filter((m) => m.cid === cid)).toHaveLength(1);
			expect(t.server.of('send').at(-1)?.since?.seq).toBe(row.seq - 1);
			const sends = t.server.of('send').length;
			await pass(60_000);
			expect(t.server.of('send').length).toBe(sends);
		},
	);

	it('keeps the order of writing over a cut', async () => {
		await t.enter();
		const seq = await said('old');
		t.server.sockets = 'hang';
		t.server.cut();
		t.room.change('edit', seq, 'one');
		t.room.send('then this');
		t.room.change('edit', seq, 'two');
		t.server.sockets = 'open';
		await pass(60_000);
		expect(t.server.log.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
			'message two',
			'edit one',
			'message then this',
			'edit two',
		]);
		expect(t.texts).toEqual(['two', 'then this']);
	});

	it('comes by push, by resume and with older pages', async () => {
		t.server.fill(60);
		t.server.amend(
			t.server.append({
				kind: 'edit',
				target: 5,
				uid: 'u_ann',
				name: 'Ann',
				cid: 'e',
				text: 'far back',
			}),
		);
		await t.enter();
		const { seq } = t.server.say('now');
		t.server.say('by push', { kind: 'edit', target: seq });
		await pass(50);
		expect(t.texts.at(-1)).toBe('by push');
		t.server.cut();
		t.server.append({
			kind: 'edit',
			target: seq,
			uid: 'u_ann',
			name: 'Ann',
			cid: 'f',
			text: 'by resume',
		});
		await pass(5000);
		expect(t.texts.at(-1)).toBe('by resume');
		void t.room.loadOlder();
		await pass(50);
		expect(t.room.entries.value[4]).toMatchObject({ seq: 5, text: 'far back', edited: true });
	});

	it('is forgotten when another log starts', async () => {
		t.server.say('one');
		t.server.say('hidden', { kind: 'edit', target: 1 });
		await t.enter();
		expect(t.texts).toEqual(['hidden']);
		t.server.epoch = 'epoch00002';
		t.server.log = [];
		t.server.append({ uid: 'u_ann', name: 'Ann', cid: 'n', text: 'anew' });
		t.server.cut();
		await pass(5000);
		expect(t.texts).toEqual(['anew']);
	});
});

describe('a server of revision 1', () => {
	it('gets no changes, until its revision is higher', async () => {
		t.server.v = 1;
		await t.enter();
		const seq = await said('old');
		expect(t.room.canChange.value).toBe(false);
		t.room.change('edit', seq, 'new');
		t.room.type();
		t.room.send('goes on');
		await pass(20_000);
		expect(t.server.of('send').map(({ kind, text }) => [kind, text])).toEqual([
			[undefined, 'old'],
			[undefined, 'goes on'],
		]);
		expect(t.server.of('typing')).toEqual([]);
		expect(t.room.entries.value[0]).toMatchObject({ text: 'new', change: { state: 'pending' } });
		t.server.v = 2;
		t.server.cut();
		await pass(20_000);
		expect(t.room.canChange.value).toBe(true);
		expect(t.server.log.at(-1)).toMatchObject({ kind: 'edit', text: 'new' });
	});

	it('does not see stored changes: a page of revision 1 never sends them as messages', async () => {
		await t.enter();
		const seq = await said('old');
		t.server.judge = ({ action }) => (action === 'send' ? { code: 'forbidden' } : 'answer');
		t.room.change('edit', seq, 'secret');
		await pass(50);
		expect(await t.kept()).toEqual([]);
	});
});

it('over HTTP changes go by POST', async () => {
	t.server.sockets = 'refuse';
	await t.enter();
	await pass(6000);
	expect(t.room.canChange.value).toBe(true);
	const seq = await said('old');
	t.room.change('edit', seq, 'new');
	await pass(50);
	expect(t.server.posts.at(-1)).toMatchObject({ kind: 'edit', target: seq, text: 'new' });
	expect(last()).toMatchObject({ text: 'new', edited: true });
});

it('a change made in another tab shows here, and is sent by one of them', async () => {
	await t.enter();
	const seq = await said('old');
	const other = openRoom('general', me, t.env, Outbox);
	await pass(100);
	other.change('edit', seq, 'new');
	await pass(100);
	expect(t.texts).toEqual(['new']);
	expect(t.server.log.filter(({ kind }) => kind === 'edit')).toHaveLength(1);
	other.close();
});

describe('typing', () => {
	it('is told at once, if the server knows it', async () => {
		await t.enter();
		t.room.type();
		await pass(20);
		expect(t.server.of('typing')).toMatchObject([{ room: 'general' }]);
		await pass(15_000);
		expect(t.room.connection.value.state).toBe('live');
	});

	it('of other people gives a new object each time', async () => {
		await t.enter();
		const frame = { type: 'typing', room: 'general', uid: 'u_ann', name: 'Ann' };
		t.server.broadcast(frame);
		await pass(20);
		const first = t.room.typing.value;
		expect(first).toMatchObject({ uid: 'u_ann', name: 'Ann' });
		t.server.broadcast({ ...frame, room: 'other' });
		t.server.broadcast(frame);
		await pass(20);
		expect(t.room.typing.value).not.toBe(first);
	});
});
