import { expect, test } from './fixtures';
import { seed } from './seed';
import { unique } from './visitor';

test('M4 Online lists who is in the room and counts them, live', { tag: '@smoke' }, async ({
	arrive,
	room,
	isMobile,
}) => {
	const ann = await (await arrive()).enter(room);
	const { page } = ann;
	const online = page.getByRole('navigation').getByRole('button', { name: /^Online/ });
	await ann.unfold();
	await expect(online).toHaveAccessibleName('Online 1 person here');
	await expect(online).not.toHaveAttribute('aria-current');
	await online.click();
	const panel = page.getByRole('region', { name: 'Online, 1 person' });
	await expect(panel.getByRole('listitem')).toHaveText([new RegExp(`${ann.name}.*you`)]);
	if (!isMobile) await expect(online).toHaveAttribute('aria-current', 'true');

	const bob = await arrive(unique('Bob'));
	const people = page.getByRole('region', { name: /^Online/ }).getByRole('listitem');
	await bob.enter(room);
	// Arrivals show within 2 s. Leaving shows after 1.5 s, so that a reload does not flicker.
	await expect(people).toHaveCount(2, { timeout: 2000 });
	await expect(page.getByRole('heading', { name: 'Online, 2 people' })).toBeVisible();
	await bob.unfold();
	await bob.page.getByRole('button', { name: 'Logout' }).click();
	await expect(bob.page).toHaveURL('/');
	await expect(people).toHaveCount(1, { timeout: 2000 });
	await page.keyboard.press('Escape');
	await expect(people).toHaveCount(0);
});

test('M4 on the home page Online lists the public rooms', async ({
	arrive,
	room,
	request,
	isMobile,
}) => {
	await seed(request, room, 1);
	const ann = await arrive();
	const { page } = ann;
	await page.goto('/');
	await ann.unfold();
	await page.getByRole('searchbox').fill(room.slice(0, -1));
	await page.getByRole('searchbox').press('Enter');
	await ann.unfold();
	const online = page.getByRole('button', { name: 'Online', exact: true });
	await expect(online).not.toHaveAttribute('aria-current');
	await online.click();
	const panel = page.getByRole('region', { name: 'Public rooms' });
	await expect(panel).toBeFocused();
	if (!isMobile) await expect(online).toHaveAttribute('aria-current', 'true');
	await expect(panel.getByRole('button', { name: room, exact: true })).toBeVisible();
	await expect(panel.getByRole('listitem')).toHaveCount(1);
	await panel.getByRole('button', { name: room, exact: true }).click();
	await expect(page.getByLabel('Room Name')).toHaveValue(room);
	await expect(page.getByText(`Pick a name to join “${room}”.`)).toBeVisible();
});

test('M32 on a phone the list of people is a sheet: the focus stays in it, and comes back', async ({
	arrive,
	room,
	isMobile,
}) => {
	const ann = await (await arrive()).enter(room);
	await ann.people(1).click();
	const sheet = ann.page.getByRole('region', { name: /^Online/ });
	await expect(sheet).toBeFocused();
	const inside = () => sheet.evaluate((one) => one.contains(document.activeElement));
	for (let presses = 0; presses < 6; presses++) {
		await ann.page.keyboard.press('Tab');
		// After the page's last element, Tab goes to the browser itself.
		const onPage = await ann.page.evaluate(() => document.activeElement !== document.body);
		if (isMobile && onPage) expect(await inside()).toBe(true);
	}
	if (isMobile) await expect(ann.page.locator('.composer')).toHaveAttribute('inert', '');
	await sheet.getByRole('button', { name: 'Close' }).press('Escape');
	await expect(sheet).toHaveCount(0);
	await expect(ann.people(1)).toBeFocused();
	await expect(ann.page.locator('[inert]')).toHaveCount(0);
	await ann.say('goes on');
	await ann.shows('goes on');
});
