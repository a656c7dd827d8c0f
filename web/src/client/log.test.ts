import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Log } from './log';
import type { Message } from './wire';

const row = (seq: number): Message => ({
	seq,
	cid: `c${seq}`,
	uid: 'u',
	name: 'Ann',
	text: `${seq}`,
	at: '2026-11-22T10:00:00.000Z',
});
const rows = (from: number, to: number) =>
	Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => row(from + i));
const seqs = (log: Log) => log.rows.map((m) => m.seq);

function at(from: number, to: number): Log {
	const log = new Log();
	log.replace('e', rows(from, to), to, from > 1);
	return log;
}

describe('Log', () => {
	it('begins with the newest page', () => {
		const log = at(21, 70);
		expect([log.epoch, log.first, log.last, log.hasOlder, log.behind]).toEqual([
			'e',
			21,
			70,
			true,
			false,
		]);
	});

	it('of an empty room is level at 0', () => {
		const log = at(1, 0);
		expect([log.first, log.last, log.hasOlder, log.behind]).toEqual([1, 0, false, false]);
	});

	it.each([
		['the next one is applied', [4], [1, 2, 3, 4], false],
		['one that is there is dropped', [3], [1, 2, 3], false],
		['a gap holds', [5], [1, 2, 3], true],
		['what fills the gap frees', [5, 6, 4], [1, 2, 3, 4, 5, 6], false],
		['a double in the hold counts once', [5, 5, 4, 4], [1, 2, 3, 4, 5], false],
		['only the run is freed', [7, 5, 4], [1, 2, 3, 4, 5], true],
	])('%s', (_name, coming, shown, behind) => {
		const log = at(1, 3);
		for (const seq of coming) log.add([row(seq)]);
		expect([seqs(log), log.behind]).toEqual([shown, behind]);
	});

	it('tells what was applied, in order', () => {
		const log = at(1, 3);
		log.add([row(6), row(5)]);
		expect(log.add([row(4), row(3)]).map((m) => m.seq)).toEqual([4, 5, 6]);
	});

	it('knows that it is behind before it has the rows', () => {
		const log = at(1, 3);
		log.note(5);
		expect([log.behind, log.holding]).toEqual([true, false]);
		log.level();
		expect(log.behind).toBe(false);
	});

	it('stays behind what it holds', () => {
		const log = at(1, 3);
		log.add([row(6)]);
		log.level();
		expect([log.behind, log.holding]).toEqual([true, true]);
	});

	it('forgets another epoch', () => {
		const log = at(1, 9);
		log.add([row(12)]);
		log.replace('f', rows(1, 2), 2, false);
		expect([log.epoch, seqs(log), log.behind]).toEqual(['f', [1, 2], false]);
	});

	it('remembers how far the same epoch was known to reach', () => {
		const log = at(1, 9);
		log.replace('e', rows(5, 8), 8, true);
		expect([seqs(log), log.behind]).toEqual([[5, 6, 7, 8], true]);
	});

	it.each([
		['that touches goes before', rows(11, 20), true, 11, true],
		['that reaches into what is known is cut', rows(15, 25), true, 15, true],
		['that does not touch is refused', rows(1, 10), true, 21, false],
		['with a hole gives its end', [...rows(1, 5), ...rows(18, 20)], true, 18, true],
		['that is the last ends it', rows(1, 20), false, 1, false],
		['that is empty ends it', [], true, 21, false],
	])('an older page %s', (_name, page, more, first, hasOlder) => {
		const log = at(21, 30);
		log.prepend(page, more);
		expect([log.first, log.hasOlder]).toEqual([first, hasOlder]);
		expect(seqs(log)).toEqual(rows(first, 30).map((m) => m.seq));
	});

	it('shows a run of the log whatever comes, and all of it once everything came', () => {
		const size = 40;
		const list = fc.tuple(fc.integer({ min: 1, max: size }), fc.integer({ min: 1, max: 8 }));
		fc.assert(
			fc.property(fc.integer({ min: 1, max: size }), fc.array(list), (start, lists) => {
				const log = at(start, Math.min(size, start + 4));
				for (const [from, n] of lists) {
					log.add(rows(from, Math.min(size, from + n)));
					expect(seqs(log)).toEqual(rows(start, log.last).map((m) => m.seq));
				}
				log.add(rows(log.last + 1, size));
				log.prepend(rows(1, start - 1), false);
				expect(seqs(log)).toEqual(rows(1, size).map((m) => m.seq));
				expect([log.behind, log.holding, log.hasOlder]).toEqual([false, false, false]);
			}),
		);
	});
});
