import { describe, expect, test } from 'vitest';
import { names } from '../../test/client/tables';
import { hue, initial, roomProblem, tag, userProblem } from './names';

const listed = (cases: object): [string, string][] => Object.entries(cases);

describe('the table that the server has, too', () => {
	test.each(listed(names.bad))('%s is a bad name', (_, name) => {
		expect(roomProblem(name)).not.toBeNull();
		expect(userProblem(name)).not.toBeNull();
	});

	// The server decides: the page must not refuse a name that the server takes.
	test.each(names.good)('%s is a good name', (name) => {
		expect(roomProblem(`\u3000${name}\t`)).toBeNull();
		expect(userProblem(`  ${name}\n`)).toBeNull();
	});

	test.each(Object.entries(names.lengths))('%s', (_, { spelling, room, person }) => {
		expect(roomProblem(spelling) === null).toBe(room);
		expect(userProblem(spelling) === null).toBe(person);
	});
});

test.each<[string, string, string | null, string | null]>([
	['empty', '', 'error.roomEmpty', 'error.userEmpty'],
	['blank', ' \t\u00a0 ', 'error.roomEmpty', 'error.userEmpty'],
	['one character', 'A', null, 'error.userLength'],
	['65 characters', 'a'.repeat(65), 'error.roomLong', 'error.userLength'],
	['control', 'a\u0007b', 'error.roomHidden', 'error.userHidden'],
	['lone surrogate', 'a\ud800b', 'error.roomHidden', 'error.userHidden'],
	['slash, dots and markup', '<b>../a</b>', null, null],
	['emoji with a joiner and a selector', '👩\u200d💻❤\ufe0f', null, null],
])('%s has the reason that stands beside the field', (_, name, room, person) => {
	expect(roomProblem(name)).toBe(room);
	expect(userProblem(name)).toBe(person);
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
