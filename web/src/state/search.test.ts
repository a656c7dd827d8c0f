import { beforeEach, expect, test } from 'vitest';
import { clearSearch, cut, hit, pattern, query, search } from './search';

beforeEach(clearSearch);

test('asking again for the same goes on to the next hit', () => {
	search(' labels ');
	expect([query.value, hit.value]).toEqual(['labels', 0]);
	search('labels');
	search('labels');
	expect(hit.value).toBe(2);
	search('labels', -1);
	expect(hit.value).toBe(1);
	search('other');
	expect([query.value, hit.value]).toEqual(['other', 0]);
});

test.each<[string, string, string, string[]]>([
	['in any case', 'labels', 'Labels, LABELS', ['', 'Labels', ', ', 'LABELS', '']],
	['nothing', 'x', 'abc', ['abc']],
	['literally', '.*', 'a.*b', ['a', '.*', 'b']],
	['markup as text', '<b>', '<b>x', ['', '<b>', 'x']],
])('finds %s', (_, wanted, text, pieces) => {
	expect(cut(text, pattern(wanted))).toEqual(pieces);
	expect(cut(text, pattern(wanted)).join('')).toBe(text);
});

test('looks for nothing where nothing is asked', () => {
	expect(pattern('')).toBeNull();
	expect(cut('abc', null)).toEqual(['abc']);
});
