import type { Page } from '@playwright/test';
import { expect, pair, test } from './fixtures';
import { seed } from './seed';
import { unique } from './visitor';

/** Makes a page believe that it is out of view, or in view again. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
	await page.evaluate((now) => {
		Object.defineProperty(document, 'hidden', { configurable: true, value: now });
		const state = now ? 'hidden' : 'visible';
		Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
		document.dispatchEvent(new Event('visibilitychange'));
	}, hidden);
}

test('S1 out of view the title counts what is new, and the icon shows it', async ({
	arrive,
	room,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await bob.say('one');
	await ann.shows('one');
	const title = `${room} - ${ann.name} · ProjectChat`;
	await expect(ann.page).toHaveTitle(title);
	const icon = ann.page.locator('link[rel=icon]');
	await expect(icon).toHaveAttribute('href', /logo-(?!new)/);
	await setHidden(ann.page, true);
	await bob.say('two');
	await bob.say('three');
	await expect(ann.page).toHaveTitle(`(2) ${title}`);
	await expect(icon).toHaveAttribute('href', /logo-new/);
	await setHidden(ann.page, false);
	await expect(ann.page).toHaveTitle(title);
	await expect(icon).toHaveAttribute('href', /logo-(?!new)/);
});

test('S2 on return a line stands over what is new; it stays while one reads', async ({
	arrive,
	room,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await bob.say('old');
	await ann.shows('old');
	const divider = ann.log.locator('li.new');
	await setHidden(ann.page, true);
	await bob.say('new');
	await ann.shows('old', 'new');
	await expect(divider).toHaveCount(0);
	await setHidden(ann.page, false);
	await expect(divider).toHaveText('New messages');
	const after = () =>
		divider.evaluate((line) => line.nextElementSibling?.querySelector('.text')?.textContent);
	expect(await after()).toBe('new');
	await bob.say('newer');
	await ann.say('mine');
	await ann.shows('old', 'new', 'newer', 'mine');
	expect(await after()).toBe('new');
	await setHidden(ann.page, true);
	await setHidden(ann.page, false);
	await expect(divider).toHaveCount(0);
});

test('S2 the next visit opens where the new messages begin', async ({ arrive, room, request }) => {
	await seed(request, room, 5);
	const ann = await (await arrive()).enter(room);
	await expect(ann.texts).toHaveCount(5);
	await ann.page.goto('/');
	const bob = await (await arrive(unique('Bob'))).enter(room);
	for (let n = 1; n <= 25; n++) await bob.say(`new ${n}`);
	await ann.enter(room);
	await expect(ann.texts).toHaveCount(30);
	await expect(ann.message('new 1')).toBeInViewport({ ratio: 1 });
	await expect(ann.log.locator('li.new')).toBeInViewport();
	await ann.page.getByRole('button', { name: '25 new messages' }).click();
	await expect(ann.message('new 25')).toBeInViewport({ ratio: 1 });
});
