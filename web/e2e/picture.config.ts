import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** Draws docs/room.png: npm run picture. */
export default defineConfig({
	...tests,
	testDir: '.',
	testMatch: 'picture.ts',
	globalSetup: './setup.ts',
	outputDir: '../test-results',
	projects: [{ name: 'picture', use: { viewport: { width: 1280, height: 800 } } }],
});
