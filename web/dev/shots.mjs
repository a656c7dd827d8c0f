// Pictures of every state of the gallery: node dev/shots.mjs <folder> [state …]
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';

const [folder = 'test-results/shots', ...only] = process.argv.slice(2);
const states =
	only.length > 0
		? only
		: [
				'home',
				'errors',
				'taken',
				'ask',
				'become',
				'unreachable',
				'history',
				'long',
				'undelivered',
				'changes',
				'menu',
				'editing',
				'typing',
			].concat(['reconnecting', 'polling', 'empty', 'loading', 'failed', 'names']);
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

/** States that are another one, in which something is done. */
const scenes = { menu: 'changes', editing: 'changes' };

async function openMenu(page, size) {
	const message = page.locator('.message', { hasText: 'Labels and tape' });
	if (size === 'phone') return message.locator('.bubble').tap();
	await message.hover();
	await message.getByRole('button', { name: 'Message actions' }).click();
}

mkdirSync(folder, { recursive: true });
const server = await createServer({ server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
await server.listen();
const base = `http://127.0.0.1:${server.httpServer.address().port}/dev/gallery.html`;
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'].concat([
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	]),
});
try {
	for (const colorScheme of ['light', 'dark']) {
		for (const [size, viewport] of Object.entries(sizes)) {
			const page = await browser.newPage({
				viewport,
				colorScheme,
				hasTouch: size === 'phone',
				isMobile: size === 'phone',
			});
			page.on('console', (message) => message.type() === 'error' && console.log(message.text()));
			page.on('pageerror', (error) => console.log(String(error)));
			for (const state of states) {
				await page.goto(`${base}?state=${scenes[state] ?? state}`);
				await page.waitForSelector('body[data-ready]');
				await page.waitForLoadState('networkidle');
				if (state === 'menu') await openMenu(page, size);
				if (state === 'editing') await page.getByLabel('Message General').press('ArrowUp');
				if (state === 'editing') await page.getByLabel('Edit message').waitFor();
				if (state === 'typing') await page.getByText('typing').waitFor();
				if (state === 'errors') await page.getByRole('button', { name: 'Start' }).click();
				if (state === 'reconnecting') await page.getByText('Retry now').waitFor();
				await page.screenshot({ path: `${folder}/${state}-${size}-${colorScheme}.png` });
			}
			await page.close();
		}
	}
} finally {
	await browser.close();
	await server.close();
}
