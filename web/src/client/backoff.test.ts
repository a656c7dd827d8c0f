import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff';

function make(chance: number) {
	const clock = { time: 0, now: () => clock.time, random: () => chance };
	return { clock, backoff: new Backoff(clock) };
}
const next = (b: Backoff, n: number) => Array.from({ length: n }, () => b.next());

describe('Backoff', () => {
	it.each([
		['at most', 1, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
		['on average', 0.5, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]],
		['at least', 0, [0, 0, 0, 0, 0, 0, 0, 0]],
	])('waits %s …', (_name, chance, delays) => {
		expect(next(make(chance).backoff, 8)).toEqual(delays);
	});

	it('never waits less than retryAfter', () => {
		expect(make(0).backoff.next(7)).toBe(7000);
		expect(make(0.5).backoff.next(7)).toBe(7250);
	});

	it.each([
		['a few', 75, [500, 1000]],
		['a thousand', 1000, [6667, 13_333, 26_667, 30_000]],
	])('gives %s time to come back 150 a second', (_name, crowd, delays) => {
		const { backoff } = make(1);
		expect(delays.map(() => Math.round(backoff.next(0, crowd)))).toEqual(delays);
	});

	it.each([
		[9999, 8000],
		[10_000, 500],
	])('after %d ms up waits %d ms at most', (up, delay) => {
		const { backoff, clock } = make(1);
		next(backoff, 4);
		backoff.up();
		clock.time += up;
		expect(backoff.next()).toBe(delay);
	});

	it('does not count the time that it was down as time up', () => {
		const { backoff, clock } = make(1);
		backoff.up();
		clock.time += 1000;
		expect(backoff.next()).toBe(500);
		clock.time += 100_000;
		expect(backoff.next()).toBe(1000);
	});
});
