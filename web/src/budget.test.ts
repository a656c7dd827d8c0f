import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

const kB = 1024;
let output: Rolldown.RolldownOutput['output'];

beforeAll(async () => {
	vi.stubEnv('NODE_ENV', 'production');
	vi.stubEnv('CHAT_VERSION', '1.2.3');
	const built = await build({ logLevel: 'error', build: { write: false } });
	output = (built as Rolldown.RolldownOutput).output;
}, 120_000);

function html(): string {
	const page = output.find(({ fileName }) => fileName === 'index.html');
	return page?.type === 'asset' ? String(page.source) : '';
}

/** The files that the page itself asks for. */
function entries(): string[] {
	return [...html().matchAll(/<script type="module"[^>]* src="\/([^"]+)"/g)].map(
		([, src = '']) => src,
	);
}

/** A file of the page and all that it imports at once. */
function withImports(file: string, found = new Set<string>()): Set<string> {
	const chunk = output.find(({ fileName }) => fileName === file);
	if (chunk?.type !== 'chunk') throw new Error(`${file} is no chunk`);
	found.add(file);
	for (const next of chunk.imports) if (!found.has(next)) withImports(next, found);
	return found;
}

/** The file of a lazy module, by its source. */
function lazyFile(source: string): string {
	const chunk = output.find(
		(file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(source),
	);
	if (!chunk) throw new Error(`${source} is not fetched by itself`);
	return chunk.fileName;
}

function zipped(file: Rolldown.OutputChunk | Rolldown.OutputAsset): number {
	return gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length;
}

// What the browser fetches of each is looked at by the e2e test M35.
test.each<[string, string[]]>([
	['the home page', ['/views/home.tsx', '/text/en-later.ts']],
	['a room', ['/room-page.ts']],
])('the first load of %s is small', (_, lazy) => {
	const files = new Set(
		[...entries(), ...lazy.map(lazyFile)].flatMap((file) => [...withImports(file)]),
	);
	const size = output
		.filter(({ fileName }) => files.has(fileName))
		.reduce((sum, file) => sum + zipped(file), 0);
	const theme = gzipSync(readFileSync('public/theme.js'), { level: 9 }).length;
	expect(size).toBeGreaterThan(10 * kB);
	expect(size + theme).toBeLessThan(30 * kB);
});

test('the stylesheet is small', () => {
	const sheets = output.filter(({ fileName }) => fileName.endsWith('.css'));
	expect(sheets.reduce((sum, file) => sum + zipped(file), 0)).toBeLessThan(36 * kB);
});

test('no rule makes the browser reckon the style of a whole log for one new message', () => {
	const sheets = output.filter(({ fileName }) => fileName.endsWith('.css'));
	expect(sheets.map((file) => ('source' in file ? String(file.source) : '')).join()).not.toMatch(
		/[+~]\s*(?:\*|:)/,
	);
});

test('the page holds nothing that its policy forbids, and no fakes', () => {
	// Content-Security-Policy: script-src and style-src 'self', no inline of either.
	expect(html()).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
	expect(html()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
	const fakes = output.filter((file) => file.type === 'chunk' && /FakeRoom/.test(file.code));
	expect(fakes).toEqual([]);
});

test('the page tells which release it is of', () => {
	expect(html()).toContain('<meta name="version" content="1.2.3">');
});
