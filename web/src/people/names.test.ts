import { describe, expect, test } from 'vitest';
import { hue, initial, roomProblem, tag, userProblem } from './names';

describe('a room name', () => {
	test.each<[string, string, string | null]>([
		['plain', 'General', null],
		['one character', 'a', null],
		['white space at the ends', '  General  ', null],
		['slash, dots and markup', '<b>../a</b>', null],
		['emoji with a joiner and a selector', '👩‍💻❤️', null],
		['right to left', 'غرفة', null],
		['64 astral characters', '😀'.repeat(64), null],
		['empty', '', 'error.roomEmpty'],
		['blank', ' \t\u00a0 ', 'error.roomEmpty'],
		['65 characters', 'a'.repeat(65), 'error.roomLong'],
		['over 256 bytes', `${'😀'.repeat(63)}é${'a'.repeat(10)}`, 'error.roomLong'],
		['control', 'a\u0007b', 'error.roomHidden'],
		['bidi override', 'a\u202eb', 'error.roomHidden'],
		['tag characters', 'a\u{e0061}b', 'error.roomHidden'],
		['nothing that shows', '\u200d\u200d', 'error.roomHidden'],
		['braille blank', '\u2800', 'error.roomHidden'],
	])('%s', (_, name, problem) => {
		expect(roomProblem(name)).toBe(problem);
	});

	test('of 64 characters may still have too many bytes', () => {
		expect(roomProblem('👩'.repeat(64))).toBeNull();
		expect(roomProblem(`${'👩'.repeat(64)}`.slice(0, -2) + '\u0301'.repeat(2))).toBe(
			'error.roomLong',
		);
	});
});

describe('a user name', () => {
	test.each<[string, string, string | null]>([
		['two characters', 'Al', null],
		['24 characters', 'a'.repeat(24), null],
		['two emoji', '😀😀', null],
		['empty', '', 'error.userEmpty'],
		['blank', '   ', 'error.userEmpty'],
		['one character', 'A', 'error.userLength'],
		['one after trimming', ' A ', 'error.userLength'],
		['25 characters', 'a'.repeat(25), 'error.userLength'],
		['zero width space', 'An\u200bn', 'error.userHidden'],
		['line separator', 'An\u2028n', 'error.userHidden'],
	])('%s', (_, name, problem) => {
		expect(userProblem(name)).toBe(problem);
	});
});

test('tag, hue and initial tell people apart', () => {
	expect(tag('u_ann5d8f2h6j9k3m7')).toBe('k3m7');
	expect(hue('u_a')).toBe(hue('u_a'));
	expect(new Set(Array.from({ length: 60 }, (_, i) => hue(`u_${i}`)))).toEqual(
		new Set([0, 1, 2, 3, 4, 5]),
	);
	expect(initial('élan')).toBe('É');
	expect(initial('👩‍💻x')).toBe('👩‍💻');
});
