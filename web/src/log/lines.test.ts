import { describe, expect, test } from 'vitest';
import { said } from '../../test/room';
import { lines } from './lines';

const ann = { uid: 'u_a', name: 'Ann' };
const bo = { uid: 'u_b', name: 'Bo' };
const local = (day: number, time: string) => new Date(`2026-11-${day}T${time}`).toISOString();

function shape(...entries: ReturnType<typeof said>[]): string[] {
	return lines(entries).map((line) =>
		line.kind !== 'message' ? line.kind : `${line.entry.text}${line.first ? ' first' : ''}`,
	);
}

describe('lines', () => {
	test('groups what one person says within five minutes', () => {
		expect(
			shape(
				said(ann, 1, local(20, '10:00:00'), 'a'),
				said(ann, 2, local(20, '10:05:00'), 'b'),
				said(ann, 3, local(20, '10:10:01'), 'c'),
				said(bo, 4, local(20, '10:10:02'), 'd'),
				said(ann, 5, local(20, '10:10:03'), 'e'),
			),
		).toEqual(['day', 'a first', 'b', 'c first', 'd first', 'e first']);
	});

	test('begins a group anew where the name has changed', () => {
		expect(
			shape(
				said(ann, 1, local(20, '10:00:00'), 'a'),
				said({ ...ann, name: 'Anna' }, 2, local(20, '10:01:00'), 'b'),
			),
		).toEqual(['day', 'a first', 'b first']);
	});

	test('separates days, also within a group', () => {
		expect(
			shape(said(ann, 1, local(20, '23:59:00'), 'a'), said(ann, 2, local(21, '00:01:00'), 'b')),
		).toEqual(['day', 'a first', 'day', 'b first']);
	});

	test('draws a line over what is new, and names who wrote it', () => {
		const entries = [1, 2].map((n) => said(ann, n, local(20, '10:00:00'), `m${n}`));
		const drawn = lines(entries, entries[1]?.key);
		expect(drawn.map(({ kind }) => kind)).toEqual(['day', 'message', 'new', 'message']);
		expect(drawn.at(-1)).toMatchObject({ first: true });
	});

	test('shows nothing of a kind it does not know', () => {
		const unknown = { ...said(ann, 2, local(20, '10:01:00'), 'x'), kind: 'poll' };
		expect(shape(said(ann, 1, local(20, '10:00:00'), 'a'), unknown)).toEqual(['day', 'a first']);
	});
});
