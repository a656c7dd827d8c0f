// @vitest-environment happy-dom
import { render } from '@testing-library/preact';
import { expect, test } from 'vitest';
import { formatted } from '../log/formatted';
import { parse } from '../log/markup';
import { cut, marking, pattern } from './marking';

test.each<[string, string, string, string[]]>([
	['in any case', 'labels', 'Labels, LABELS', ['', 'Labels', ', ', 'LABELS', '']],
	['nothing', 'x', 'abc', ['abc']],
	['literally', '.*', 'a.*b', ['a', '.*', 'b']],
	['markup as text', '<b>', '<b>x', ['', '<b>', 'x']],
])('finds %s', (_, wanted, text, pieces) => {
	expect(cut(text, pattern(wanted) ?? /x/)).toEqual(pieces);
});

test('looks for nothing where nothing is asked', () => {
	expect(pattern('')).toBeNull();
});

test.each<[string, string, string[]]>([
	['a **bo**, ld', 'bo, ld', ['bo', ', ld']],
	['see https://x.org/labels.', 'x.org', ['x.org']],
	['`code` code', 'code', ['code', 'code']],
	['> one\n> two', 'one\ntwo', ['one\ntwo']],
])('marks in %s what is found of %s', (text, wanted, marked) => {
	const nodes = parse(text);
	const drawn = formatted(nodes, marking(nodes, pattern(wanted) ?? /x/));
	const { container } = render(<p>{drawn}</p>);
	expect([...container.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(marked);
});
