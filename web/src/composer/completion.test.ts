import { describe, expect, test } from 'vitest';
import { emoji as table } from '../../test/client/tables';
import { complete, withEmoji } from './completion';
import { emoji } from './emoji';

const names = ['Ann', 'Anna K', 'Bo', 'يوسف'];
const labels = (before: string) => complete(before, names)?.offers.map(({ label }) => label);

describe('@', () => {
	test.each<[string, string[] | undefined]>([
		['@', names],
		['@an', ['Ann', 'Anna K']],
		['hi @ANNA', ['Anna K']],
		['hi @anna k', ['Anna K']],
		['(@bo', ['Bo']],
		['@يو', ['يوسف']],
		['x@an', undefined],
		['@nobody', undefined],
		['@ann is', undefined],
		['plain', undefined],
	])('%s', (before, offers) => {
		expect(labels(before)).toEqual(offers);
	});

	test('replaces what was written of it', () => {
		expect(complete('hi @an', names)).toMatchObject({ from: 3, offers: [{ text: '@Ann ' }, {}] });
	});
});

describe(':', () => {
	test.each<[string, string | undefined]>([
		[':smi', '😄 :smile:'],
		['well :thumbsu', '👍 :thumbsup:'],
		[':s', undefined],
		['10:30', undefined],
		[':zzzz', undefined],
	])('%s', (before, first) => {
		expect(labels(before)?.[0]).toBe(first);
	});

	test('a whole name becomes its emoji', () => {
		expect(withEmoji('a :tada: b :nothing: 10:30:20')).toBe('a 🎉 b :nothing: 10:30:20');
	});
});

test('the palette has the signs that the server was asked about', () => {
	expect(Object.values(emoji)).toEqual(table.palette);
});
