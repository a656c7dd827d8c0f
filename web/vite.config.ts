import { defineConfig } from 'vitest/config';

export default defineConfig({
	// Absolute: the same page is served at / and at /<room>/.
	base: '/',
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
		modulePreload: { polyfill: false },
	},
	test: {
		include: ['src/**/*.test.{ts,tsx}'],
		// A busy machine is no failure.
		testTimeout: 20_000,
	},
});
