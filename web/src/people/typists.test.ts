import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Typists, teller } from './typists';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const timers = {
	now: () => Date.now(),
	setTimeout: (run: () => void, ms: number) => setTimeout(run, ms),
	clearTimeout: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
};
const ann = { uid: 'u_ann', name: 'Ann' };
const bob = { uid: 'u_bob', name: 'Bob' };

test('each is shown for 6 s after they were last heard of, in the order in which they began', () => {
	const typists = new Typists(timers);
	const names = () => typists.people.value.map(({ name }) => name);
	typists.heard(ann);
	vi.advanceTimersByTime(3000);
	typists.heard(bob);
	typists.heard(ann);
	expect(names()).toEqual(['Ann', 'Bob']);
	vi.advanceTimersByTime(5999);
	expect(names()).toEqual(['Ann', 'Bob']);
	vi.advanceTimersByTime(1);
	expect(names()).toEqual([]);
});

test('who has spoken is gone, and so is everybody at the end; no timer is left', () => {
	const typists = new Typists(timers);
	typists.heard(ann);
	typists.heard(bob);
	typists.gone('u_ann');
	typists.gone('u_nobody');
	expect(typists.people.value).toEqual([bob]);
	typists.clear();
	expect(typists.people.value).toEqual([]);
	expect(vi.getTimerCount()).toBe(0);
});

test('one who has taken another name is shown once', () => {
	const typists = new Typists(timers);
	typists.heard(ann);
	typists.heard({ ...ann, name: 'Anna' });
	expect(typists.people.value).toEqual([{ uid: 'u_ann', name: 'Anna' }]);
	typists.clear();
});

test('the list is the same one while nobody comes or goes', () => {
	const typists = new Typists(timers);
	typists.heard(ann);
	const before = typists.people.value;
	typists.heard(ann);
	expect(typists.people.value).toBe(before);
	typists.clear();
});

test('it is told at once, and then at most every 3 s', () => {
	const tell = vi.fn();
	const type = teller(timers, tell);
	for (let i = 0; i < 30; i++) {
		type();
		vi.advanceTimersByTime(200);
	}
	expect(tell).toHaveBeenCalledTimes(2);
});
