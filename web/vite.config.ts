import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { serviceWorker } from './src/worker/build.ts';

/**
 * Vite wraps each import() in a loader (1 kB, gzipped) that looks for stylesheets and for
 * what to preload. Lazy code here has neither.
 */
const plainImports: Plugin = {
	name: 'plain-imports',
	enforce: 'pre',
	load: {
		filter: { id: /preload-helper/ },
		handler: () => 'export const __vitePreload = (load) => load();',
	},
};

/**
 * Bootstrap's one rule of the form `a + *`. While there is such a rule, whatever is added to a
 * log or taken from it has the browser reckon the style of all that is in the log anew.
 */
const siblingsOfAnyKind = {
	postcssPlugin: 'siblings-of-any-kind',
	Rule(rule: { selector: string; remove(): void }) {
		if (/legend\s*\+\s*\*/.test(rule.selector)) rule.remove();
	},
};

// Where the browser is told of changes, past the server, which is started anew at its own: a page
// that lost this socket would load itself again.
const changesPort = Number(process.env.CHANGES_PORT);

/** The page tells which release it is of: the Makefile knows. */
const version: Plugin = {
	name: 'version',
	transformIndexHtml: () => [
		{ tag: 'meta', attrs: { name: 'version', content: process.env.CHAT_VERSION || 'unknown' } },
	],
};

export default defineConfig({
	server: changesPort ? { hmr: { host: '127.0.0.1', clientPort: changesPort } } : {},
	// Absolute: the same page is served at / and at /<room>/.
	base: '/',
	plugins: [plainImports, version, serviceWorker()],
	css: { postcss: { plugins: [siblingsOfAnyKind] } },
	oxc: {
		// Not the automatic runtime: Preact's own h() is in the bundle anyway, and shorter.
		jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment', development: false },
		jsxInject: `import { Fragment, h } from 'preact'`,
	},
	build: {
		target: 'es2022',
		// light-dark() and logical properties go out as written; rewritten ones are three times as long.
		cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
		assetsInlineLimit: 0,
		modulePreload: false,
		// One sheet: it is small, and lazy code then needs no loader for its own.
		cssCodeSplit: false,
		rolldownOptions: {
			// What the first load needs in one file: more files pack worse.
			output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
		},
	},
	test: {
		include: ['src/**/*.test.{ts,tsx}'],
		setupFiles: ['src/seed.ts'],
		// A busy machine is no failure.
		testTimeout: 20_000,
	},
});
