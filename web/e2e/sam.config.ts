import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

const use = { viewport: { width: 1280, height: 800 } } as const;

/** Tests the page on `sam local`, which runs the functions in containers: make test-sam. */
export default defineConfig({
	...tests,
	testDir: '.',
	globalSetup: './sam/setup.ts',
	outputDir: '../test-results/sam',
	// A container runs one request at a time, and SAM lets some wait for a second.
	timeout: 120_000,
	expect: { timeout: 30_000 },
	projects: [
		{ name: 'start-api', testMatch: 'sam/polling.ts', use },
		{
			name: 'start-lambda',
			testMatch: /\/(room|people|trouble)\.spec\.ts$/,
			// The first test wants an answer within 2 s; the others need a hundred messages first.
			grepInvert: /M4 Online lists who is in the room|M15|M20/,
			use,
		},
	],
});
