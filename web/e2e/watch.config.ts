import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** The loop of somebody who changes the code: make test-watch. */
const { globalSetup, ...rest } = tests;

export default defineConfig({
	...rest,
	testDir: '.',
	testMatch: 'watch.ts',
	outputDir: '../test-results',
	// It compiles the server, on whatever else the machine does.
	timeout: 300_000,
	workers: 1,
	projects: [{ name: 'watch', use: { viewport: { width: 1280, height: 800 } } }],
});
