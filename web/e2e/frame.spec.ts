import { expect, test } from './fixtures';
import { address, unique } from './visitor';

/** The home page and a room have the same frame. */
const pages = ['home', 'room'] as const;

for (const where of pages) {
	test(`M1 title, language and one heading (${where})`, async ({ arrive, room }) => {
		const ann = await arrive();
		if (where === 'home') await ann.page.goto('/');
		else await ann.enter(room);
		const title = where === 'home' ? 'ProjectChat' : `${room} - ${ann.name} · ProjectChat`;
		await expect(ann.page).toHaveTitle(title);
		await expect(ann.page.locator('html')).toHaveAttribute('lang', 'en');
		await expect(ann.heading).toHaveCount(1);
	});

	test(`M2 the bar has the logo and the way home (${where})`, async ({ arrive, room }) => {
		const ann = await arrive();
		if (where === 'home') await ann.page.goto('/');
		else await ann.enter(room);
		const bar = ann.page.getByRole('navigation');
		await expect(bar).toHaveAttribute('data-bs-theme', 'dark');
		const brand = bar.getByRole('link', { name: 'ProjectChat', exact: true });
		const logo = brand.locator('img');
		await expect(logo).toHaveAttribute('alt', '');
		expect(await logo.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
		await brand.click();
		await expect(ann.page).toHaveURL('/');
		await expect(ann.page.getByLabel('Room Name')).toBeVisible();
	});

	test(`M3 the menu opens and closes by click, Enter and Esc (${where})`, async ({
		arrive,
		room,
	}) => {
		const ann = await arrive();
		const { page } = ann;
		if (where === 'home') await page.goto('/');
		else await ann.enter(room);
		const toggler = page.getByRole('button', { name: 'Menu', exact: true });
		const item = page.getByRole('button', { name: 'Favourite' });
		await page.setViewportSize({ width: 992, height: 740 });
		await expect(toggler).toBeHidden();
		await expect(item).toBeVisible();
		await page.setViewportSize({ width: 991, height: 740 });
		await expect(item).toBeHidden();

		const ways: [string, () => Promise<void>, boolean][] = [
			['click', () => toggler.click(), true],
			['click', () => toggler.click(), false],
			['Enter', () => toggler.press('Enter'), true],
			['Enter', () => toggler.press('Enter'), false],
			['Enter', () => toggler.press('Enter'), true],
			['Esc', () => page.keyboard.press('Escape'), false],
		];
		for (const [by, act, open] of ways) {
			await test.step(`${by} ${open ? 'opens' : 'closes'}`, async () => {
				await act();
				await expect(toggler).toHaveAttribute('aria-expanded', String(open));
				await expect(item).toBeVisible({ visible: open });
			});
		}
		await expect(toggler).toBeFocused();
	});

	test(`M17 the footer has its two lines (${where})`, async ({ arrive, room }) => {
		const ann = await arrive();
		if (where === 'home') await ann.page.goto('/');
		else await ann.enter(room);
		const footer = ann.page.getByRole('contentinfo');
		await expect(footer.getByText(/^© .*ProjectChat/).filter({ visible: true })).toHaveCount(1);
		await expect(footer.getByText(/^Made by .* ♥$/)).toBeVisible();
	});
}

test('M6 Logout is off for nobody, and takes everything away from somebody', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	await ann.page.goto('/');
	await ann.unfold();
	const logout = ann.page.getByRole('button', { name: 'Logout' });
	await expect(logout).toHaveAttribute('aria-disabled', 'true');

	const opened = ann.page.waitForEvent('websocket');
	await ann.enter(room);
	const socket = await opened;
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await expect(bob.people(2)).toBeVisible();
	await ann.unfold();
	await expect(logout).not.toHaveAttribute('aria-disabled', 'true');
	await Promise.all([socket.waitForEvent('close'), logout.click()]);
	await expect(ann.page).toHaveURL('/');
	await expect(ann.page.getByLabel('Username')).toHaveValue('');
	expect(await ann.context.cookies()).toEqual([]);
	await expect(bob.people(1)).toBeVisible();

	// The name is free again, and the address no longer opens the room as Ann.
	await ann.page.goto(`/${encodeURIComponent(room)}/`);
	await expect(ann.page.getByLabel('Username')).toHaveValue('');
	const other = await arrive(ann.name);
	await other.page.goto(address(room, ann.name));
	await expect(other.heading).toHaveText(`${room} - ${ann.name}`);
});
