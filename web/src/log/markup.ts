/**
 * A message's text as a tree of bold parts, links, quotes and so on. It is never HTML: the views
 * make DOM nodes of it. A mark without a partner is text. Parsing takes linear time.
 */

/** A part of a message. `source` is the text as it was written, marks and all. */
export type Node =
	| { readonly kind: 'text'; readonly text: string }
	| { readonly kind: 'bold' | 'italic' | 'strike'; readonly children: readonly Node[] }
	| { readonly kind: 'code'; readonly text: string; readonly source: string }
	| { readonly kind: 'fence'; readonly text: string; readonly source: string }
	| { readonly kind: 'quote'; readonly children: readonly Node[]; readonly source: string }
	| { readonly kind: 'link'; readonly text: string; readonly href: string }
	| { readonly kind: 'mention'; readonly text: string };

const marks = { '**': 'bold', '*': 'italic', '~~': 'strike' } as const;
type Mark = keyof typeof marks;

/** Parses a message. `@me` mentions the person with the name `me`, in upper or lower case. */
export function parse(text: string, me = ''): readonly Node[] {
	const lines = text.split('\n');
	const ends = fenceEnds(lines);
	const nodes: Node[] = [];
	for (let at = 0; at < lines.length; ) {
		const block = fence(lines, at, ends) ?? quote(lines, at, me);
		if (!block) {
			for (const node of inline(lines[at] ?? '', me)) push(nodes, node);
			if (++at < lines.length) push(nodes, { kind: 'text', text: '\n' });
			continue;
		}
		// The line breaks around a block belong to the block.
		const before = takeBreak(nodes);
		at = block.next;
		const after = at < lines.length ? '\n' : '';
		nodes.push({ ...block.node, source: before + block.node.source + after });
	}
	return nodes;
}

/** The readable text of nodes, without the marks. */
export function plain(nodes: readonly Node[]): string {
	return nodes.map((node) => ('children' in node ? plain(node.children) : node.text)).join('');
}

/** Whether the nodes mention the person. */
export function mentions(nodes: readonly Node[]): boolean {
	return nodes.some((node) =>
		'children' in node ? mentions(node.children) : node.kind === 'mention',
	);
}

const emoji =
	/^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u{e0020}-\u{e007f}\s]|\u200d|\ufe0f|[#*\d]\ufe0f?\u20e3)+$/u;
const pictured = /\p{Emoji_Presentation}|\ufe0f/u;

/** Whether a text is only a few emoji. */
export function isEmojiOnly(text: string): boolean {
	return text.length <= 60 && emoji.test(text) && pictured.test(text);
}

type Block = Extract<Node, { kind: 'fence' | 'quote' }>;
interface Found {
	readonly node: Block;
	/** The index of the first line after the block. */
	readonly next: number;
}

/** For each line, the index of the next line (or itself) that is only a fence. */
function fenceEnds(lines: readonly string[]): number[] {
	let next = -1;
	const ends: number[] = [];
	for (let at = lines.length - 1; at >= 0; at--) {
		if (/^```\s*$/.test(lines[at] ?? '')) next = at;
		ends[at] = next;
	}
	return ends;
}

function fence(lines: readonly string[], at: number, ends: readonly number[]): Found | null {
	const end = ends[at + 1] ?? -1;
	if (end < 0 || !/^```[\w+#.-]*\s*$/.test(lines[at] ?? '')) return null;
	const text = lines.slice(at + 1, end).join('\n');
	const source = lines.slice(at, end + 1).join('\n');
	return text.trim() === '' ? null : { node: { kind: 'fence', text, source }, next: end + 1 };
}

function quote(lines: readonly string[], at: number, me: string): Found | null {
	let next = at;
	const children: Node[] = [];
	for (; lines[next]?.startsWith('>'); next++) {
		if (next > at) push(children, { kind: 'text', text: '\n' });
		const line = (lines[next] ?? '').replace(/^> ?/, '');
		for (const node of inline(line, me)) push(children, node);
	}
	if (plain(children).trim() === '') return null;
	const source = lines.slice(at, next).join('\n');
	return { node: { kind: 'quote', children, source }, next };
}

interface Frame {
	readonly mark: Mark | '';
	/** The index at which its content begins. */
	readonly from: number;
	readonly nodes: Node[];
}

interface Taken {
	readonly node: Node | null;
	readonly length: number;
}

/** Parses one line. Each mark is open at most once, so no node moves more than three times. */
function inline(line: string, me: string): readonly Node[] {
	const special = /\*\*|\*|~~|`+|https?:\/\/|mailto:|www\.|@/gi;
	const open: Frame[] = [{ mark: '', from: 0, nodes: [] }];
	const top = () => open[open.length - 1] as Frame;
	const unclosed = new Set<string>();
	let done = 0;

	/** Adds everything before `at` as text. The next part begins at `next`. */
	function advance(at: number, next: number) {
		if (at > done) push(top().nodes, { kind: 'text', text: line.slice(done, at) });
		done = next;
		special.lastIndex = next;
	}

	for (let match = special.exec(line); match; match = special.exec(line)) {
		const { index: at } = match;
		const taken = code(line, at, match[0], unclosed) ?? link(line, at) ?? mention(line, at, me);
		if (taken?.node) {
			advance(at, at + taken.length);
			push(top().nodes, taken.node);
		}
		if (taken) special.lastIndex = at + taken.length;
		if (taken || !(match[0] in marks)) continue;

		// In *** the mark that was opened last is closed first.
		const both = match[0] === '**' && line[at + 2] === '*' && top().mark === '*';
		const mark = both ? '*' : (match[0] as Mark);
		const end = at + mark.length;
		const depth = open.findIndex((frame) => frame.mark === mark);
		const after = line[end] ?? '';
		if (depth > 0 && at > (open[depth]?.from ?? 0) && closes(line[at - 1] ?? '', after)) {
			advance(at, end);
			while (open.length > depth + 1) dissolve(open);
			const { nodes } = open.pop() as Frame;
			push(top().nodes, { kind: marks[mark], children: nodes });
		} else if (depth < 0 && opens(line[at - 1] ?? '', after)) {
			advance(at, end);
			open.push({ mark, from: end, nodes: [] });
		}
	}
	advance(line.length, line.length);
	while (open.length > 1) dissolve(open);
	return top().nodes;
}

/** Turns a mark that was never closed into text. */
function dissolve(open: Frame[]): void {
	const { mark, nodes } = open.pop() as Frame;
	const outer = (open[open.length - 1] as Frame).nodes;
	push(outer, { kind: 'text', text: mark });
	for (const node of nodes) push(outer, node);
}

const inWord = /[A-Za-z0-9]/;
const space = /\s/;

function opens(before: string, after: string): boolean {
	return after !== '' && !space.test(after) && !inWord.test(before);
}

function closes(before: string, after: string): boolean {
	return !space.test(before) && !inWord.test(after);
}

function code(line: string, at: number, ticks: string, unclosed: Set<string>): Taken | null {
	if (!ticks.startsWith('`')) return null;
	const literal = { node: null, length: ticks.length };
	if (ticks.length > 2 || unclosed.has(ticks)) return literal;
	const from = at + ticks.length;
	const run = ticks.length === 1 ? /(?<!`)`(?!`)/g : /(?<!`)``(?!`)/g;
	run.lastIndex = from;
	const end = run.exec(line)?.index;
	if (end === undefined) unclosed.add(ticks);
	const text = line.slice(from, end);
	if (end === undefined || text.trim() === '') return literal;
	const source = line.slice(at, end + ticks.length);
	return { node: { kind: 'code', text, source }, length: source.length };
}

const schemes = new Set(['http:', 'https:', 'mailto:']);
const letter = /[\p{L}\p{N}]/u;

function link(line: string, at: number): Taken | null {
	const start = /https?:\/\/|mailto:|www\./iy;
	start.lastIndex = at;
	if (!start.test(line) || letter.test(line[at - 1] ?? '')) return null;
	const address = /[^\s<>"`\p{Cc}\p{Cf}]+/uy;
	address.lastIndex = at;
	const [run = ''] = address.exec(line) ?? [];
	const text = withoutTail(run);
	const href = target(text);
	return href === null
		? { node: null, length: run.length }
		: { node: { kind: 'link', text, href }, length: text.length };
}

/** The target of a link, or null if the text must not be a link. */
function target(text: string): string | null {
	try {
		const url = new URL(/^www\./i.test(text) ? `https://${text}` : text);
		const somewhere = url.protocol === 'mailto:' ? url.pathname.includes('@') : url.host !== '';
		return schemes.has(url.protocol) && somewhere ? url.href : null;
	} catch {
		return null;
	}
}

const brackets: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
const tail = /(?![/\-_&#%@])[\p{P}~|]/u;

/** An address without the punctuation of the sentence around it. A closing bracket stays if its partner is inside. */
function withoutTail(run: string): string {
	const excess = new Map<string, number>();
	for (const c of run) excess.set(c, (excess.get(c) ?? 0) + 1);
	let end = run.length;
	for (; end > 0; end--) {
		const c = run[end - 1] ?? '';
		const count = excess.get(c) ?? 0;
		const partner = brackets[c];
		if (!tail.test(c) || (partner && count <= (excess.get(partner) ?? 0))) break;
		excess.set(c, count - 1);
	}
	return run.slice(0, end);
}

function mention(line: string, at: number, me: string): Taken | null {
	if (line[at] !== '@' || me === '' || letter.test(line[at - 1] ?? '')) return null;
	const text = line.slice(at, at + 1 + me.length);
	if (text.slice(1).toLowerCase() !== me.toLowerCase()) return null;
	if (letter.test(line[at + text.length] ?? '')) return null;
	return { node: { kind: 'mention', text }, length: text.length };
}

/** Adds a node. Two texts in a row become one. */
function push(nodes: Node[], node: Node): void {
	const last = nodes.at(-1);
	if (node.kind !== 'text' || last?.kind !== 'text') {
		if (node.kind !== 'text' || node.text !== '') nodes.push(node);
		return;
	}
	nodes[nodes.length - 1] = { kind: 'text', text: last.text + node.text };
}

/** Removes the line break at the end, and returns it. */
function takeBreak(nodes: Node[]): string {
	const last = nodes.at(-1);
	if (last?.kind !== 'text' || !last.text.endsWith('\n')) return '';
	nodes.pop();
	push(nodes, { kind: 'text', text: last.text.slice(0, -1) });
	return '\n';
}
