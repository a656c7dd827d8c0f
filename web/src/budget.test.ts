import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.unstubAllEnvs());

const kB = 1024;

test('the page is small, and holds nothing that its policy forbids', async () => {
	vi.stubEnv('NODE_ENV', 'production');
	const output = (await build({
		logLevel: 'error',
		build: { write: false },
	})) as Rolldown.RolldownOutput;
	const sized = (end: string) =>
		output.output
			.filter(({ fileName }) => fileName.endsWith(end))
			.map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length)
			.reduce((sum, size) => sum + size, 0);
	expect(sized('.js')).toBeLessThan(30 * kB);
	expect(sized('.css')).toBeLessThan(36 * kB);

	const page = output.output.find(({ fileName }) => fileName === 'index.html');
	const html = page?.type === 'asset' ? String(page.source) : '';
	// Content-Security-Policy: script-src and style-src 'self', no inline of either.
	expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
	expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
	const fakes = output.output.filter((file) => file.type === 'chunk' && /FakeRoom/.test(file.code));
	expect(fakes).toEqual([]);
}, 60_000);
