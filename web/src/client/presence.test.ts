import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pass, useRoom } from '../../test/client/fake-room';
import { Presence } from './presence';
import type { PresencePush } from './wire';

const ann = { uid: 'u_ann', name: 'Ann' };
const bo = { uid: 'u_bo', name: 'Bo' };

describe('Presence', () => {
	let presence: Presence;
	const names = () => presence.online.value.map((p) => p.name);
	const at = (s: number) => `2026-11-22T10:00:0${s}.000Z`;
	const push = (part: Partial<PresencePush>) =>
		presence.push({
			type: 'presence',
			room: 'general',
			joined: [],
			left: [],
			onlineCount: 1,
			at: at(1),
			...part,
		});

	beforeEach(() => {
		vi.useFakeTimers();
		presence = new Presence({
			now: () => Date.now(),
			random: () => 0,
			setTimeout: (run, ms) => setTimeout(run, ms),
			clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
		});
		presence.joined([ann], 1);
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	it('shows who joins at once', () => {
		push({ joined: [bo], onlineCount: 2 });
		expect([names(), presence.count.value]).toEqual([['Ann', 'Bo'], 2]);
	});

	it('shows a leave after 1.5 s', () => {
		push({ left: [ann], onlineCount: 0 });
		vi.advanceTimersByTime(1400);
		expect([names(), presence.count.value]).toEqual([['Ann'], 1]);
		vi.advanceTimersByTime(200);
		expect([names(), presence.count.value]).toEqual([[], 0]);
	});

	it('does not show a leave that a quick reload made', () => {
		push({ left: [ann], onlineCount: 0, at: at(1) });
		vi.advanceTimersByTime(1000);
		push({ joined: [ann], onlineCount: 1, at: at(2) });
		vi.advanceTimersByTime(5000);
		expect([names(), presence.count.value]).toEqual([['Ann'], 1]);
	});

	it('keeps the latest of each person, in whatever order they arrive', () => {
		push({ joined: [bo], at: at(3) });
		push({ left: [bo], at: at(2) });
		vi.advanceTimersByTime(5000);
		expect(names()).toEqual(['Ann', 'Bo']);
		push({ left: [bo], at: at(5) });
		push({ joined: [bo], at: at(4) });
		vi.advanceTimersByTime(5000);
		expect(names()).toEqual(['Ann']);
	});

	it('takes the list of a join for what it is', () => {
		push({ left: [ann], onlineCount: 0 });
		presence.joined([ann, bo], 2);
		vi.advanceTimersByTime(5000);
		expect([names(), presence.count.value]).toEqual([['Ann', 'Bo'], 2]);
	});

	it.each([
		['two pongs running that disagree', 1000, [2, 2], ['perhaps', 'sure']],
		['one', 1000, [2], ['perhaps']],
		['two with one between that agrees', 1000, [2, 1, 2], ['perhaps', null, 'perhaps']],
		['pongs that count nobody', undefined, [0, 0], ['perhaps', 'sure']],
		['pongs of a large room', undefined, [90, 101], [null, null]],
		['a pong without a count', undefined, [undefined, undefined], [null, null]],
	])('doubts its list after %s', (_name, holds, counts, doubts) => {
		expect(counts.map((n) => presence.pong(n, holds))).toEqual(doubts);
	});

	it('does not count who is shown only a little longer', () => {
		push({ left: [ann], onlineCount: 0 });
		expect([presence.pong(0, undefined), presence.pong(0, undefined)]).toEqual([null, null]);
	});
});

describe('presence in a room', () => {
	const t = useRoom();

	it('follows pushes', async () => {
		await t.enter();
		const at = new Date().toISOString();
		t.server.broadcast({
			type: 'presence',
			room: 'general',
			joined: [bo],
			left: [],
			onlineCount: 2,
			at,
		});
		await pass(10);
		expect([t.room.online.value.map((p) => p.name), t.room.onlineCount.value]).toEqual([
			['Me', 'Bo'],
			2,
		]);
	});

	it('asks again soon when a pong disagrees with the list, and joins again if it was right', async () => {
		t.server.fill(1);
		await t.enter();
		t.server.online = [...t.server.online, ann];
		t.server.onlineFor = 300_000;
		t.env.look(true);
		await pass(1900);
		expect([t.room.onlineCount.value, t.server.of('ping').length]).toEqual([2, 1]);
		await pass(200);
		expect(t.server.of('ping').length).toBe(2);
		expect(t.server.of('join').map((j) => j.since?.seq)).toEqual([undefined, 1]);
		expect(t.room.online.value).toEqual(t.server.online);
	});
});
