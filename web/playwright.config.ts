import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

const findChromium = join(import.meta.dirname, 'e2e/find-chromium');
// Once: the workers inherit it.
process.env.CHROMIUM ??= execFileSync(findChromium, { encoding: 'utf8' }).trim();

/** What a Chromium needs to run anywhere, and to talk to nobody but us. */
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
	// Starts the real stack at a free port and tells the tests where it is.
	globalSetup: './e2e/setup.ts',
	fullyParallel: true,
	forbidOnly: Boolean(process.env.CI),
	// A machine that stalls for ten seconds is no failure; the report calls such a test flaky.
	retries: process.env.CI ? 1 : 0,
	workers: 2,
	// For what must come, however busy the machine is. Shorter than a heartbeat: a push that is lost shows.
	timeout: 60_000,
	expect: { timeout: 10_000 },
	reporter: [['list']],
	use: {
		launchOptions,
		locale: 'en-GB',
		timezoneId: 'Europe/Berlin',
		screenshot: 'only-on-failure',
		// Past a worker, a test could not hold back what the page asks for: only its own tests have it.
		serviceWorkers: 'block',
	},
	projects: [
		{
			name: 'desktop',
			use: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
		},
		{
			name: 'phone',
			// They are about texts and servers, not about a screen.
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
