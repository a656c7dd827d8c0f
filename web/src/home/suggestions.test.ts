import { describe, expect, test } from 'vitest';
import { suggestions } from './suggestions';

describe('suggestions', () => {
	test('count on from the name that is taken', () => {
		expect(suggestions('Ann', 'Ann on tour', 'K')).toEqual(['Ann2', 'Ann K', 'Ann on tour']);
		expect(suggestions('Ann2', 'Ann2 on tour', 'K')[0]).toBe('Ann3');
	});

	test('are valid names', () => {
		const long = 'a'.repeat(24);
		expect(suggestions(long, `${long} on tour`, 'K')).toEqual([]);
	});
});
