import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

const findChromium = join(import.meta.dirname, 'e2e/find-chromium');
// Set once: the workers inherit it.
process.env.CHROMIUM ??= execFileSync(findChromium, { encoding: 'utf8' }).trim();

/** The flags that let Chromium run anywhere, and connect to this machine only. */
export const launchOptions = {
	executablePath: process.env.CHROMIUM,
	args: [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	],
};

export default defineConfig({
	testDir: 'e2e',
	// Starts the real stack at a free port and gives the tests its address.
	globalSetup: './e2e/setup.ts',
	fullyParallel: true,
	forbidOnly: Boolean(process.env.CI),
	// A machine may stall for ten seconds. The report calls a test that passed only later flaky.
	retries: process.env.CI ? 1 : 0,
	workers: 2,
	// Long enough for a busy machine, but shorter than a heartbeat, so that a lost push fails the test.
	timeout: 60_000,
	expect: { timeout: 10_000 },
	reporter: [['list']],
	use: {
		launchOptions,
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
		screenshot: 'only-on-failure',
		// Behind a worker a test cannot hold back the page's requests. Only the worker's own tests have one.
		serviceWorkers: 'block',
	},
	projects: [
		{
			name: 'desktop',
			use: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
		},
		{
			name: 'phone',
			// These tests are about texts and servers, not about a screen.
			testIgnore: /(names|promise)\.spec/,
			use: {
				viewport: { width: 360, height: 740 },
				colorScheme: 'dark',
				isMobile: true,
				hasTouch: true,
			},
		},
	],
});
