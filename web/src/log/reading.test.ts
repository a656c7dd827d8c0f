// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeRoom, said, session } from '../../test/room';
import { inView, Reading } from './reading';

const bo = { uid: 'u_bo', name: 'Bo' };
const at = '2026-11-24T10:00:00Z';

beforeEach(() => {
	localStorage.clear();
	inView.value = true;
});

let readings: Reading[] = [];
afterEach(() => {
	for (const reading of readings) reading.close();
	readings = [];
});

/** A room with a number of messages by Bo, and its reader. */
function enter(count: number) {
	const room = new FakeRoom('General', session('Ann'));
	const say = (seq: number) => room.add(said(bo, seq, at, `m${seq}`));
	for (let seq = 1; seq <= count; seq++) say(seq);
	const reading = new Reading(room, 'General');
	readings.push(reading);
	return { room, reading, say, unread: () => reading.unread.value.map(({ text }) => text) };
}

describe('a first visit', () => {
	test('takes nothing as new', () => {
		const { reading, unread } = enter(3);
		expect(unread()).toEqual([]);
		expect(reading.divider.value).toBeUndefined();
	});

	test('counts what others say until it was seen, and not one’s own', () => {
		const { room, reading, say, unread } = enter(3);
		say(4);
		room.add(said(room.me, 5, at, 'mine'));
		expect(unread()).toEqual(['m4']);
		reading.caughtUp(room.entries.value);
		expect(unread()).toEqual([]);
	});
});

describe('out of view', () => {
	test('nothing is seen; on return the line stands over the first, and stays', () => {
		const { room, reading, say, unread } = enter(3);
		inView.value = false;
		say(4);
		reading.caughtUp(room.entries.value);
		say(5);
		expect(unread()).toEqual(['m4', 'm5']);
		expect(reading.divider.value).toBeUndefined();
		inView.value = true;
		const line = room.entries.value[3]?.key;
		expect(reading.divider.value).toBe(line);
		reading.caughtUp(room.entries.value);
		say(6);
		expect(reading.divider.value).toBe(line);
		reading.caughtUp(room.entries.value);
		inView.value = false;
		inView.value = true;
		expect(reading.divider.value).toBeUndefined();
	});
});

describe('the next visit', () => {
	test('finds the line over what came in between', () => {
		enter(3);
		const { room, reading, unread } = enter(5);
		expect(unread()).toEqual(['m4', 'm5']);
		expect(reading.divider.value).toBe(room.entries.value[3]?.key);
	});

	test('takes nothing as new where the log has begun anew', () => {
		const before = enter(8);
		before.say(9);
		before.reading.caughtUp(before.room.entries.value);
		expect(enter(2).unread()).toEqual([]);
	});
});
