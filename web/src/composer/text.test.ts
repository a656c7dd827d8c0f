import { expect, test } from 'vitest';
import { excess, fits, sendable } from './text';

test.each<[string, string, boolean]>([
	['nothing', '', false],
	['white space of all kinds', ' \n\t\u00a0\u2003', false],
	['a letter', ' a ', true],
	['one character too many', 'a'.repeat(4001), false],
])('%s may be sent or not', (_, text, expected) => {
	expect(fits(text)).toBe(expected);
});

test.each<[string, string, number]>([
	['the most characters', 'a'.repeat(4000), 0],
	['two too many', 'a'.repeat(4002), 2],
	['the most astral characters', '😀'.repeat(4000), 0],
	['one astral character too many', '😀'.repeat(4001), 1],
	['within 4,000 characters but over 16 KiB is not possible', '\uffff'.repeat(4000), 0],
])('%s', (_, text, expected) => {
	expect(excess(text)).toBe(expected);
});

test('sendable takes out what the server refuses and nothing else', () => {
	expect(sendable('a\u0000b\u001bc\td\r\ne\rf')).toBe('abc\td\ne\nf');
	expect(sendable('x\ud800y')).toBe('x\ufffdy');
	expect(sendable('<b>&amp; 😀 سلام  </b>')).toBe('<b>&amp; 😀 سلام  </b>');
});
