import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeEnv } from '../../test/client/fake-env';
import { pass } from '../../test/client/fake-room';
import { type FakeConnection, FakeServer } from '../../test/client/fake-server';
import { Channel, TimedOut } from './channel';

let server: FakeServer;
let channel: Channel;
let far: FakeConnection;
let heard: string[];

beforeEach(async () => {
	vi.useFakeTimers();
	server = new FakeServer();
	server.judge = () => 'lose';
	heard = [];
	channel = new Channel(fakeEnv(server), {
		opened: () => heard.push('opened'),
		frame: (f) => heard.push(f.type),
		closed: (wasOpen) => heard.push(wasOpen ? 'closed' : 'refused'),
		unanswered: () => heard.push('unanswered'),
	});
	await pass(10);
	far = server.connections[0] as FakeConnection;
});

afterEach(() => {
	channel.close();
	expect(vi.getTimerCount()).toBe(0);
	vi.useRealTimers();
});

const ping = () => channel.request({ action: 'ping', rooms: ['general'] }, 5000);
const leave = () => channel.request({ action: 'leave', room: 'general' });
const fails = (reply: Promise<unknown>, code: string) =>
	expect(reply).rejects.toMatchObject({ code });

describe('Channel', () => {
	it('matches replies by id, in any order', async () => {
		const replies = [leave(), ping()];
		await pass(10);
		const [first, second] = server.requests.map((r) => r.id);
		far.send({ type: 'pong', id: second, heads: {} });
		far.send({ type: 'left', id: first, room: 'general' });
		await pass(10);
		expect((await Promise.all(replies)).map((r) => r.type)).toEqual(['left', 'pong']);
		expect(heard).toEqual(['opened']);
	});

	it('rejects with TimedOut after the limit, says so, and hands a later reply on', async () => {
		const reply = ping();
		const failed = expect(reply).rejects.toBeInstanceOf(TimedOut);
		await pass(5001);
		await failed;
		far.send({ type: 'pong', id: '1', heads: {} });
		await pass(10);
		expect(heard).toEqual(['opened', 'unanswered', 'pong']);
	});

	it('waits 10 s for other answers', async () => {
		const failed = fails(leave(), 'offline');
		await pass(9_990);
		expect(vi.getTimerCount()).toBe(1);
		await pass(20);
		await failed;
	});

	it("takes API Gateway's frame as an unknown outcome of all that is awaited", async () => {
		const failed = [fails(leave(), 'offline'), fails(ping(), 'offline')];
		far.send('{"message": "Forbidden", "connectionId":"x=", "requestId":"y="}');
		await pass(10);
		await Promise.all(failed);
	});

	const refusal = { type: 'error', code: 'too_large', message: '', temporary: false };
	it('takes an error without an id for the one request that is awaited', async () => {
		const failed = fails(leave(), 'too_large');
		far.send(refusal);
		await pass(10);
		await failed;
	});

	it('cannot tell whose an error without an id is when there are two', async () => {
		const failed = [fails(leave(), 'offline'), fails(ping(), 'offline')];
		far.send(refusal);
		await pass(10);
		await Promise.all(failed);
	});

	it('does not take a reply of another type for an answer', async () => {
		const failed = fails(leave(), 'offline');
		far.send({ type: 'pong', id: '1', heads: {} });
		await pass(10);
		await failed;
	});

	it('rejects what is awaited when it is cut, and says so once', async () => {
		const failed = fails(leave(), 'offline');
		far.cut();
		await failed;
		await fails(ping(), 'offline');
		await pass(10);
		expect(heard).toEqual(['opened', 'closed']);
	});

	it('says nothing more once it is closed', async () => {
		const failed = fails(leave(), 'offline');
		channel.close();
		await failed;
		far.send({ type: 'left', room: 'general' });
		await pass(10);
		expect(heard).toEqual(['opened']);
	});

	it('retires when nothing is awaited any more, and takes no more requests', async () => {
		const reply = leave();
		channel.retire();
		await fails(ping(), 'offline');
		expect(server.connections).toHaveLength(1);
		far.send({ type: 'left', id: '1', room: 'general' });
		await pass(10);
		expect((await reply).type).toBe('left');
		expect(server.connections).toHaveLength(0);
	});

	it('retires also when the last answer does not come', async () => {
		const failed = fails(leave(), 'offline');
		channel.retire();
		await pass(10_010);
		await failed;
		expect(server.connections).toHaveLength(0);
	});

	it('is no channel when the handshake fails', async () => {
		server.sockets = 'refuse';
		const refused: boolean[] = [];
		new Channel(fakeEnv(server), {
			opened: () => {},
			frame: () => {},
			closed: (wasOpen) => refused.push(wasOpen),
			unanswered: () => {},
		});
		await pass(10);
		expect(refused).toEqual([false]);
	});
});
