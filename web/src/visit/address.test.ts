import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roomProblem, userProblem } from '../people/names';
import { formatAddress, homeOf, parseAddress, shareLink } from './address';

const parse = (address: string) => {
	const { pathname, search } = new URL(address, 'https://chat.example.org');
	return parseAddress(pathname, search);
};

describe('an address', () => {
	test.each<[string, string | null, string | null]>([
		['/', null, null],
		['/?room=General&username=Ann', 'General', 'Ann'],
		['/?room=General', 'General', null],
		['/General/?username=Ann', 'General', 'Ann'],
		['/General', 'General', null],
		['/General/', 'General', null],
		['/a%2Fb/?username=Ann', 'a/b', 'Ann'],
		['/?room=..&username=Ann', '..', 'Ann'],
		['/?room=api&username=Ann', 'api', 'Ann'],
		['/?username=%3Cb%3E', null, '<b>'],
		['/?room=%20', null, null],
		['/%ff/?room=General', 'General', null],
		['/a/b/', null, null],
		['/index.html', null, null],
	])('%s', (address, room, user) => {
		expect(parse(address)).toEqual({ room, user });
	});

	test.each<[string, string]>([
		['General', '/General/?username=Ann'],
		['Book club', '/Book%20club/?username=Ann'],
		['api', '/?room=api&username=Ann'],
		['WS', '/?room=WS&username=Ann'],
		['assets', '/?room=assets&username=Ann'],
		['..', '/?room=..&username=Ann'],
		['a/b', '/?room=a%2Fb&username=Ann'],
		['100%', '/100%25/?username=Ann'],
	])('of the room %s', (room, address) => {
		expect(formatAddress({ room, user: 'Ann' })).toBe(address);
	});

	test.each<[string | null, string]>([
		[null, '/index.html'],
		['General', '/index.html?room=General&username=Ann'],
		['a/b', '/index.html?room=a%2Fb&username=Ann'],
	])('of the room %s, where the page is one file', (room, address) => {
		expect(formatAddress({ room, user: 'Ann' }, homeOf('/index.html'))).toBe(address);
	});

	test('round-trips for every valid pair of names', () => {
		const name = fc.string({ unit: 'binary', maxLength: 64 }).map((s) => s.trim());
		fc.assert(
			fc.property(name, name, (room, user) => {
				fc.pre(roomProblem(room) === null && userProblem(user) === null);
				expect(parse(formatAddress({ room, user }))).toEqual({ room, user });
				for (const page of ['/', '/General/', '/index.html']) {
					const home = homeOf(page);
					expect(parse(formatAddress({ room, user }, home))).toEqual({ room, user });
					const link = shareLink(new URL(page, 'https://chat.example.org'), room);
					expect(parse(link)).toEqual({ room, user: null });
					expect(new URL(link).pathname).toBe(home);
				}
			}),
		);
	});
});
