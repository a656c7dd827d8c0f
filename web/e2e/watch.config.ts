import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** Tests the loop of a developer who changes the code: make test-watch. */
const { globalSetup, ...rest } = tests;

export default defineConfig({
	...rest,
	testDir: '.',
	testMatch: 'watch.ts',
	outputDir: '../test-results',
	// Long, because it compiles the server on a machine that may be busy.
	timeout: 300_000,
	workers: 1,
	projects: [{ name: 'watch', use: { viewport: { width: 1280, height: 800 } } }],
});
