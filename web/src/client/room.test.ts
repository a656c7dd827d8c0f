import { describe, expect, it } from 'vitest';
import { pass, upTo, useRoom } from '../../test/client/fake-room';
import { me } from '../../test/client/fake-server';
import { Outbox } from './outbox';
import { openRoom } from './room';

const t = useRoom();

describe('opening', () => {
	it('shows the newest page, the title and who is there', async () => {
		t.server.fill(70);
		t.room = openRoom('GENERAL', me, t.env, Outbox);
		expect([t.room.title.value, t.room.phase.value]).toEqual(['GENERAL', 'loading']);
		expect(t.room.connection.value).toEqual({ state: 'connecting' });
		await pass(100);
		expect([t.room.title.value, t.room.phase.value]).toEqual(['General', 'ready']);
		expect(t.room.connection.value).toEqual({ state: 'live' });
		expect(t.seqs).toEqual(Array.from({ length: 50 }, (_, i) => i + 21));
		expect([t.room.online.value, t.room.onlineCount.value]).toEqual([
			[{ uid: 'u_me', name: 'Me' }],
			1,
		]);
		expect(t.room.hasOlder.value).toBe(true);
	});

	it('loads older pages, one request at a time, down to the beginning', async () => {
		t.server.fill(120);
		await t.enter();
		const twice = [t.room.loadOlder(), t.room.loadOlder()];
		expect(t.room.loadingOlder.value).toBe(true);
		await pass(20);
		await Promise.all(twice);
		expect(t.server.of('history')).toMatchObject([{ before: 71 }]);
		expect(t.room.loadingOlder.value).toBe(false);
		void t.room.loadOlder();
		await pass(20);
		expect(t.seqs).toEqual(upTo(120));
		expect(t.room.hasOlder.value).toBe(false);
	});

	it('is failed where the room cannot be joined', async () => {
		t.server.judge = () => ({ code: 'bad_request' });
		await t.enter();
		expect(t.room.phase.value).toBe('failed');
		await pass(600_000);
		expect(t.server.handshakes).toBe(1);
	});

	it('keeps the place of a message of an unknown kind, and does not show it', async () => {
		t.server.append({ kind: 'poll', cid: 'p', uid: 'u_ann', name: 'Ann', text: '?' });
		await t.enter();
		t.server.say('after it');
		await pass(100);
		expect(t.texts).toEqual(['after it']);
		expect(t.server.of('history')).toEqual([]);
	});
});

describe('the outbox', () => {
	it('comes when it is asked for, with what an earlier page left', async () => {
		await t.leave('left');
		t.room = openRoom('General', me, t.env);
		await pass(100);
		expect([t.room.phase.value, t.room.canSend.value, t.texts]).toEqual(['ready', false, []]);
		expect(() => t.room.send('too early')).toThrow();
		await t.room.prepare();
		expect(t.room.canSend.value).toBe(true);
		t.room.send('next');
		await pass(100);
		expect(t.texts).toEqual(['left', 'next']);
		expect(t.states).toEqual(['confirmed', 'confirmed']);
	});

	it('does not come to a room that was closed meanwhile', async () => {
		t.room = openRoom('General', me, t.env);
		const coming = t.room.prepare();
		t.room.close();
		await coming;
		expect(t.room.canSend.value).toBe(false);
	});
});

describe('sending', () => {
	it('shows a text at once and confirms it under the same key', async () => {
		await t.enter();
		const cid = t.room.send('hi');
		expect(cid).toMatch(/^[0-9A-Z]{26}$/);
		expect(t.room.entries.value).toMatchObject([{ text: 'hi', cid, state: 'pending' }]);
		const key = t.room.entries.value[0]?.key;
		await pass(100);
		expect(t.room.entries.value).toMatchObject([
			{ text: 'hi', cid, state: 'confirmed', seq: 1, key },
		]);
		expect(t.server.of('send')).toMatchObject([
			{ cid, as: 'u_me', since: { epoch: t.server.epoch, seq: 0 } },
		]);
		expect(await t.kept()).toEqual([]);
	});

	it('sends one at a time, in the order of writing', async () => {
		await t.enter();
		const cids = ['a', 'b', 'c'].map((text) => t.room.send(text));
		await pass(9);
		expect(t.server.of('send').map((s) => s.cid)).toEqual(cids.slice(0, 1));
		await pass(100);
		expect(t.server.log.map((m) => m.cid)).toEqual(cids);
		expect(t.texts).toEqual(['a', 'b', 'c']);
	});

	it('waits for the rows before its own', async () => {
		await t.enter();
		t.server.deliver = (f) => (f.type === 'messages' ? [] : [0]);
		t.server.say('before');
		t.room.send('mine');
		await pass(100);
		expect(t.states).toEqual(['pending']);
		await pass(400);
		expect(t.texts).toEqual(['before', 'mine']);
		expect(t.states).toEqual(['confirmed', 'confirmed']);
	});
});
