import { defineConfig } from 'vitest/config';

export default defineConfig({
	// Absolute: the same page is served at / and at /<room>/.
	base: '/',
	oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
	build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
	test: { include: ['src/**/*.test.{ts,tsx}'] },
});
