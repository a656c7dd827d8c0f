import { beforeEach, expect, test } from 'vitest';
import { clearSearch, hit, query, search } from './search';

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
