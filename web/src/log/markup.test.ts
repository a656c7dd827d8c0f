import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEmojiOnly, type Node, parse, plain } from './markup';

/** A tree in short form: b(…) for bold, q(…) for a quote, a link with its target. */
function short(nodes: readonly Node[]): string {
	return nodes
		.map((node) => {
			if (node.kind === 'text') return node.text;
			if (node.kind === 'link') return `link(${node.text} → ${node.href})`;
			const inside = 'children' in node ? short(node.children) : node.text;
			return `${node.kind}(${inside})`;
		})
		.join('');
}

function source(nodes: readonly Node[]): string {
	const marks = { bold: '**', italic: '*', strike: '~~' };
	return nodes
		.map((node) => {
			if ('source' in node) return node.source;
			if (!('children' in node)) return node.text;
			return marks[node.kind] + source(node.children) + marks[node.kind];
		})
		.join('');
}

describe('marks', () => {
	test.each<[string, string]>([
		['**bold** text', 'bold(bold) text'],
		['*italic*', 'italic(italic)'],
		['~~gone~~', 'strike(gone)'],
		['**a *b* c**', 'bold(a italic(b) c)'],
		['***both***', 'bold(italic(both))'],
		['`code` and `more`', 'code(code) and code(more)'],
		['``a ` b``', 'code(a ` b)'],
		['`**not bold**`', 'code(**not bold**)'],
		['这是**重点**内容', '这是bold(重点)内容'],
		// A mark without a partner is text.
		['**a', '**a'],
		['*a', '*a'],
		['a `b', 'a `b'],
		['** a **', '** a **'],
		['****', '****'],
		['``', '``'],
		['2*3*4 and 2 * 3', '2*3*4 and 2 * 3'],
		['**a *b**', 'bold(a *b)'],
		['*a\nb*', '*a\nb*'],
		['~~~', '~~~'],
	])('%s', (text, tree) => {
		expect(short(parse(text))).toBe(tree);
		expect(source(parse(text))).toBe(text);
	});
});

describe('blocks', () => {
	test.each<[string, string]>([
		['> said\n> again\nno', 'quote(said\nagain)no'],
		['>tight', 'quote(tight)'],
		['a > b', 'a > b'],
		['>', '>'],
		['see:\n```sh\nsort -u *\n\n  x\n```\nthere', 'see:fence(sort -u *\n\n  x)there'],
		['```\n**a**\n```', 'fence(**a**)'],
		['```\nnever closed', '```\nnever closed'],
		['```\n\n```', '```\n\n```'],
		['> **b** https://x.org', 'quote(bold(b) link(https://x.org → https://x.org/))'],
	])('%s', (text, tree) => {
		expect(short(parse(text))).toBe(tree);
		expect(source(parse(text))).toBe(text);
	});
});

describe('links', () => {
	test.each<[string, string, string]>([
		['see https://x.org/a.', 'https://x.org/a', '.'],
		['(https://x.org/a)', 'https://x.org/a', ')'],
		['https://x.org/a_(b)', 'https://x.org/a_(b)', ''],
		['(https://x.org/a_(b))', 'https://x.org/a_(b)', ')'],
		['https://x.org/a?b=c&d=[e], and', 'https://x.org/a?b=c&d=[e]', ', and'],
		['**https://x.org/**', 'https://x.org/', ''],
		['“https://x.org/a”', 'https://x.org/a', '”'],
		['https://x.org/a…', 'https://x.org/a', '…'],
		['HTTP://X.org/', 'HTTP://X.org/', ''],
		['mailto:ann@x.org!', 'mailto:ann@x.org', '!'],
		['www.x.org/a-', 'www.x.org/a-', ''],
		['https://x.org/\u202egpj', 'https://x.org/', '\u202egpj'],
	])('%s', (text, link, after) => {
		const nodes = parse(text).flatMap((node) => ('children' in node ? node.children : [node]));
		const at = nodes.findIndex(({ kind }) => kind === 'link');
		expect(nodes[at]).toMatchObject({ text: link });
		expect(plain(nodes.slice(at + 1))).toBe(after);
	});

	test.each([
		'javascript:alert(1)',
		'JavaScript://x.org/%0aalert(1)',
		'data:text/html,x',
		'ftp://x.org',
		'file:///etc/passwd',
		'https://',
		'https:// x',
		'xhttps://x.org',
		'mailto:',
		'www.',
	])('none in %s', (text) => {
		expect(short(parse(text))).toBe(text);
	});
});

test.each<[string, string]>([
	['@Ann will you?', 'mention(@Ann) will you?'],
	['so @ann, yes', 'so mention(@ann), yes'],
	['@Anna', '@Anna'],
	['x@Ann', 'x@Ann'],
	['**@Ann**', 'bold(mention(@Ann))'],
])('a mention: %s', (text, tree) => {
	expect(short(parse(text, 'Ann'))).toBe(tree);
});

test.each<[string, boolean]>([
	['🎈🎈', true],
	['👩‍💻 👍🏽', true],
	['🇩🇪', true],
	['1️⃣', true],
	['❤️', true],
	['12', false],
	['🎈 ok', false],
	['©', false],
	['', false],
])('only emoji: %s', (text, expected) => {
	expect(isEmojiOnly(text)).toBe(expected);
});

const writing = fc
	.array(
		fc.constantFrom(
			...[
				'**',
				'*',
				'~~',
				'`',
				'``',
				'```',
				'\n',
				'> ',
				'>',
				' ',
				'a',
				'b1',
				'.',
				'(',
				')',
				'@Ann',
			],
			...['https://x.org/', 'http://', 'mailto:', 'www.', 'javascript:', '\u202e', '🎈', 'é', ']'],
		),
		{ maxLength: 60 },
	)
	.map((parts) => parts.join(''));

test('whatever is written, nothing of it is lost, and links lead only where they may', () => {
	fc.assert(
		fc.property(fc.oneof(writing, fc.string({ unit: 'binary' })), (text) => {
			const nodes = parse(text, 'Ann');
			expect(source(nodes)).toBe(text);
			const walk = (node: Node): void => {
				if ('children' in node) node.children.forEach(walk);
				if (node.kind === 'link') expect(node.href).toMatch(/^(https?:\/\/|mailto:)/);
			};
			nodes.forEach(walk);
		}),
		{ numRuns: 2000 },
	);
});

test('takes time in proportion to the text, whatever is repeated', () => {
	const count = (unit: string, times: number) => {
		let steps = 0;
		const text = unit.repeat(times);
		const { exec } = RegExp.prototype;
		RegExp.prototype.exec = function (this: RegExp, string: string) {
			steps++;
			return exec.call(this, string);
		};
		try {
			parse(text, 'Ann');
		} finally {
			RegExp.prototype.exec = exec;
		}
		return steps;
	};
	for (const unit of [
		'**',
		'*a ',
		'`a``',
		'**a *b ',
		'```x\n',
		'> ',
		'http://',
		'(https://x)',
		'@Ann',
	]) {
		const [once, tenfold] = [count(unit, 100), count(unit, 1000)];
		expect(tenfold, unit).toBeLessThanOrEqual(12 * once + 100);
	}
});
