import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { serviceWorker } from './src/worker/build.ts';

/**
 * Vite wraps each import() in a loader (1 kB, gzipped) that looks for stylesheets and for modules to
 * preload. Lazy code here has neither, so the bare import() is put back.
 */
const plainImports: Plugin = {
	name: 'plain-imports',
	enforce: 'pre',
	load: {
		filter: { id: /preload-helper/ },
		handler: () => 'export const __vitePreload = (load) => load();',
	},
	renderChunk: (code) =>
		code.replaceAll(
			/__vitePreload\((?:async )?\(\) => (?:\{[^=]*= await )?(import\("[^"]+"\))[^_]*__VITE_PRELOAD__\)/g,
			'$1',
		),
};

/**
 * Removes Bootstrap's one rule of the form `a + *`. With a rule of this form, the browser computes
 * the style of the whole log again for each message that is added or removed.
 */
const siblingsOfAnyKind = {
	postcssPlugin: 'siblings-of-any-kind',
	Rule(rule: { selector: string; remove(): void }) {
		if (/legend\s*\+\s*\*/.test(rule.selector)) rule.remove();
	},
};

// The port at which Vite tells the browser of changes. It does not go through our server: that one
// restarts after its own changes, and a page that lost this socket would reload.
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
		// The classic runtime: Preact's own h() is in the bundle anyway, and calls of it are shorter.
		jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment', development: false },
		jsxInject: `import { Fragment, h } from 'preact'`,
	},
	build: {
		target: 'es2022',
		// Keeps light-dark() and logical properties as written: rewritten ones are three times as long.
		cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
		assetsInlineLimit: 0,
		modulePreload: false,
		// One small sheet: lazy code then needs no loader for sheets.
		cssCodeSplit: false,
		rolldownOptions: {
			// One file for the first load: several files compress worse.
			output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
		},
	},
	test: {
		include: ['src/**/*.test.{ts,tsx}'],
		setupFiles: ['test/setup.ts'],
		// Long, so a busy machine fails no test.
		testTimeout: 20_000,
	},
});
