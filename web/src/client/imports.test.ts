import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const here = new URL('./', import.meta.url);
const sources = readdirSync(here).filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'));
const read = (file: string) => readFileSync(new URL(file, here), 'utf8');

describe('this folder', () => {
	it.each(sources)('%s imports nothing but signals and its neighbours', (file) => {
		const from = [...read(file).matchAll(/from '([^']+)'/g)].map((m) => m[1] ?? '');
		const foreign = from.filter((f) => !f.startsWith('./') && f !== '@preact/signals-core');
		expect(foreign).toEqual([]);
	});

	it('touches the DOM in browser.ts only', () => {
		const dom = /\b(document|window|navigator|location|localStorage)\./;
		expect(sources.filter((file) => dom.test(read(file)))).toEqual(['browser.ts']);
	});

	it('does nothing when it is imported, and needs no browser for that', async () => {
		const client = await import('./index');
		expect(Object.keys(client).sort()).toEqual(['ChatError', 'api', 'env', 'longestText']);
	});
});
