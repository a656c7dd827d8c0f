import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { seed } from './seed';
import { unique } from './visitor';

test('M5 the menu of favourites works by keys, and keeps what it is told', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	const { page } = ann;
	await ann.enter(room);
	await ann.unfold();
	const button = page.getByRole('button', { name: 'Favourite', exact: true });
	const menu = page.getByRole('menu');
	for (const key of ['Enter', 'ArrowDown']) {
		await button.press(key);
		await expect(menu).toBeVisible();
		await expect(menu.getByRole('menuitem').first()).toBeFocused();
		await page.keyboard.press('ArrowDown');
		await expect(menu.getByRole('menuitem').nth(1)).toBeFocused();
		await page.keyboard.press('Escape');
		await expect(menu).toBeHidden();
		await expect(button).toBeFocused();
	}
	await button.click();
	await menu.getByRole('menuitem', { name: `Add “${room}”` }).click();

	await page.goto('/');
	await ann.unfold();
	await button.click();
	await menu.getByRole('menuitem', { name: room, exact: true }).click();
	await expect(ann.heading).toHaveText(`${room} - ${ann.name}`);
	await page.reload();
	await ann.unfold();
	await button.click();
	await expect(menu.getByRole('menuitem', { name: `Remove “${room}”` })).toBeVisible();
	await menu.getByRole('menuitem', { name: 'Clear favourites' }).click();
	await button.click();
	await expect(menu.getByRole('menuitem', { name: `Add “${room}”` })).toBeVisible();
});

test('M7 the search marks what it finds, counts it and goes through it', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 12);
	const ann = await (await arrive()).enter(room);
	await expect(ann.texts).toHaveCount(12);
	const { page } = ann;
	const field = page.getByRole('searchbox', { name: 'Search' });
	const hit = ann.log.locator('li.hit .text');
	const find = async (key: string) => {
		await ann.unfold();
		await field.press(key);
	};
	await ann.unfold();
	await field.fill('MESSAGE 1');
	await field.press('Enter');
	const status = page.getByRole('status').filter({ hasText: 'result' });
	await expect(status).toHaveText('1 of 4 results for “MESSAGE 1”');
	await expect(ann.log.locator('mark')).toHaveCount(4);
	await expect(hit).toHaveText('message 12');
	await find('Enter');
	await expect(hit).toHaveText('message 11');
	await find('Shift+Enter');
	await expect(hit).toHaveText('message 12');
	await find('Escape');
	await expect(ann.log.locator('mark')).toHaveCount(0);
	await expect(field).toHaveValue('');
});

test('M21 Enter sends, Shift+Enter makes a line, an input method keeps its Enter', async ({
	arrive,
	room,
	isMobile,
}) => {
	const ann = await (await arrive()).enter(room);
	await ann.composer.click();
	await typeIn(ann.page, 'one', 'Shift+Enter', 'two');
	await expect(ann.composer).toHaveValue('one\ntwo');
	for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
		await ann.composer.dispatchEvent('keydown', { key: 'Enter', cancelable: true, ...init });
	}
	await expect(ann.messages).toHaveCount(0);
	await expect(ann.composer).toHaveValue('one\ntwo');
	await ann.composer.press('Enter');
	if (isMobile) {
		// A keyboard on the screen has no Shift+Enter.
		await expect(ann.composer).toHaveValue('one\ntwo\n');
		return;
	}
	await expect(ann.composer).toHaveValue('');
	await expect(ann.texts).toHaveCount(1);
	expect(await ann.texts.first().innerText()).toBe('one\ntwo');
});

test('M32 the whole way with the keyboard alone', async ({ arrive, room }) => {
	const ann = await arrive(unique('Ann'), {
		viewport: { width: 1280, height: 800 },
		isMobile: false,
		hasTouch: false,
	});
	const { page } = ann;
	await page.goto('/');
	await tabTo(page, 'Room Name');
	await page.keyboard.type(room);
	await page.keyboard.press('Tab');
	await page.keyboard.type(ann.name);
	await page.keyboard.press('Enter');
	await ann.isLive();
	await expect(ann.composer).toBeFocused();
	await typeIn(page, 'hello', 'Enter');
	await ann.shows('hello');
	await expect(ann.composer).toBeFocused();

	await page.reload();
	await ann.isLive();
	await page.getByRole('link', { name: 'Skip to the message box' }).focus();
	await page.keyboard.press('Enter');
	await expect(ann.composer).toBeFocused();
	await tabTo(page, 'Logout');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL('/');
	await expect(page.getByLabel('Room Name')).toBeVisible();
});

/** Types texts and presses keys in order. */
async function typeIn(page: Page, ...what: string[]): Promise<void> {
	for (const one of what) {
		if (/Enter$/.test(one)) await page.keyboard.press(one);
		else await page.keyboard.type(one);
	}
}

/** Presses Tab until the focus is at the wanted element. Fails if it never gets there, or is invisible. */
async function tabTo(page: Page, name: string): Promise<void> {
	for (let i = 0; i < 30; i++) {
		await page.keyboard.press('Tab');
		const { label, shows } = await page.evaluate(() => {
			const at = document.activeElement;
			const labels = at instanceof HTMLInputElement ? [...(at.labels ?? [])] : [];
			const text = labels[0]?.textContent ?? at?.getAttribute('aria-label') ?? at?.textContent;
			return { label: text?.trim(), shows: at === document.body || at?.matches(':focus-visible') };
		});
		expect(shows, `the focus on ${label} does not show`).toBe(true);
		if (label === name) return;
	}
	throw new Error(`Tab never reaches ${name}`);
}
