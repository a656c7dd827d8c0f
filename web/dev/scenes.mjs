// Opens the states of the gallery (dev/gallery.html) and takes pictures of them.
import { chromium } from '@playwright/test';
import { createServer } from 'vite';

export const sizes = {
	desktop: { width: 1280, height: 800 },
	phone: { width: 360, height: 740 },
};
export const launch = {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'].concat([
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync',
	]),
};

const button = (page, name) => page.getByRole('button', { name, exact: true });
const unfold = async (page) => {
	const menu = button(page, 'Menu');
	if (await menu.isVisible()) await menu.click();
};

async function menuOf(page, text, size) {
	const message = page.locator('.message', { hasText: text });
	if (size === 'phone') await message.locator('.text').tap();
	else {
		await message.hover();
		await message.getByRole('button', { name: 'Message actions' }).click();
	}
	await page.getByRole('dialog').waitFor();
}

/** The steps from a state of the gallery (`of`) to the named one. Without `of` both have the same name. */
const scenes = {
	errors: { act: (page) => button(page, 'Start Chat Now!').click() },
	reconnecting: { act: (page) => page.getByText('Retry now').waitFor() },
	typing: { act: (page) => page.getByText('is typing').waitFor() },
	menu: { of: 'changes', act: (page, size) => menuOf(page, 'Labels and tape', size) },
	delete: {
		of: 'changes',
		act: async (page, size) => {
			await menuOf(page, 'Labels and tape', size);
			await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
		},
	},
	editing: {
		of: 'changes',
		act: async (page) => {
			await page.getByLabel('Message General').press('ArrowUp');
			await page.getByLabel('Edit message').waitFor();
		},
	},
	search: {
		of: 'history',
		act: async (page) => {
			await unfold(page);
			await page.getByRole('searchbox').fill('labels');
			await page.getByRole('searchbox').press('Enter');
			await page.getByText('of 2 results').waitFor();
		},
	},
	people: {
		of: 'history',
		act: async (page) => {
			await page
				.getByRole('button', { name: /7 people here/ })
				.locator('visible=true')
				.first()
				.click();
			await page.getByRole('region', { name: /Online/ }).waitFor();
		},
	},
	favourites: {
		of: 'history',
		act: async (page) => {
			await button(page, 'Star this room').click();
			await unfold(page);
			await button(page, 'Favourite').click();
			await page.getByRole('menu').waitFor();
		},
	},
	emoji: { of: 'history', act: (page) => button(page, 'Emoji').click() },
	details: {
		of: 'history',
		act: async (page) => {
			await unfold(page);
			await button(page, 'Connection details').click();
			await page.getByRole('img', { name: /QR/ }).waitFor();
		},
	},
	keys: { of: 'history', act: (page) => page.keyboard.press('Control+/') },
	arabic: { of: 'history', query: '&lang=ar', act: async () => {} },
};

/** Every state that the contact sheet shows, in its order. */
export const states = [
	'home',
	'errors',
	'taken',
	'ask',
	'become',
	'unreachable',
	'history',
	'marks',
	'fresh',
	'changes',
	'menu',
	'editing',
	'delete',
	'typing',
	'undelivered',
	'reconnecting',
	'polling',
	'offline',
	'people',
	'favourites',
	'search',
	'emoji',
	'details',
	'keys',
	'empty',
	'loading',
	'failed',
	'names',
	'arabic',
	'long',
];

/** Takes a picture of each state in both sizes and themes into a folder: <state>-<size>-<theme>.png. */
export async function take(folder, wanted, deviceScaleFactor = 1) {
	const server = await createServer({ server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
	await server.listen();
	const base = `http://127.0.0.1:${server.httpServer.address().port}/dev/gallery.html`;
	const browser = await chromium.launch(launch);
	try {
		for (const colorScheme of ['light', 'dark']) {
			for (const [size, viewport] of Object.entries(sizes)) {
				const phone = size === 'phone';
				const page = await browser.newPage({
					...{ viewport, colorScheme, deviceScaleFactor, locale: 'en-GB' },
					...{ hasTouch: phone, isMobile: phone, reducedMotion: 'reduce' },
				});
				page.on('console', (message) => message.type() === 'error' && console.log(message.text()));
				page.on('pageerror', (error) => console.log(String(error)));
				for (const state of wanted) {
					const { of = state, query = '', act } = scenes[state] ?? {};
					await page.goto(`${base}?state=${of}${query}`);
					await page.waitForSelector('body[data-ready]');
					await page.waitForLoadState('networkidle');
					await act?.(page, size);
					await page.evaluate(() => document.fonts.ready);
					await page.screenshot({
						path: `${folder}/${state}-${size}-${colorScheme}.png`,
						caret: 'hide',
					});
				}
				await page.close();
			}
		}
	} finally {
		await browser.close();
		await server.close();
	}
}
