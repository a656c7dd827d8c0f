import { expect, pair, test } from './fixtures';
import { unique } from './visitor';

test('S3 days are those of the reader’s time zone, and midnight makes another', async ({
	arrive,
	room,
}) => {
	// The same moment is Tuesday evening in Honolulu and Wednesday in Auckland.
	const now = new Date('2026-03-04T06:30:00Z');
	const west = await arrive(unique('West'), { timezoneId: 'Pacific/Honolulu' });
	await west.enter(room);
	await west.say('hello');
	const day = west.log.locator('li.day');
	await expect(day).toHaveText(['Today']);
	const at = await west.log.locator('time').getAttribute('datetime');
	const spoken = new Date(at ?? now);

	// The next day begins while the page is open.
	const later = await arrive(unique('Late'), { timezoneId: 'Pacific/Honolulu' });
	const hours = 3600_000;
	// Noon of the day after, ten hours behind Greenwich.
	const today = Math.floor((spoken.getTime() - 10 * hours) / (24 * hours)) * 24 * hours;
	await later.page.clock.install({ time: new Date(today + (24 + 12 + 10) * hours) });
	await later.enter(room);
	await expect(later.log.locator('li.day')).toHaveText(['Yesterday']);
	await later.page.clock.fastForward(24 * hours);
	await expect(later.log.locator('li.day')).toHaveText([/\d/]);

	const east = await arrive(unique('East'), { timezoneId: 'Pacific/Auckland' });
	await east.enter(room);
	const hour = (timeZone: string) =>
		new Intl.DateTimeFormat('en-GB', { hour: 'numeric', minute: '2-digit', timeZone });
	await expect(east.log.locator('time')).toHaveText(hour('Pacific/Auckland').format(spoken));
	await expect(west.log.locator('time')).toHaveText(hour('Pacific/Honolulu').format(spoken));
});

test('S4 a time tells the full date, and how long ago it was', async ({
	arrive,
	room,
	isMobile,
}) => {
	const ann = await arrive();
	await ann.page.clock.install();
	await ann.enter(room);
	await ann.say('hello');
	await ann.shows('hello');
	const time = ann.log.locator('time');
	await expect(time).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
	await expect(time).toHaveAttribute('title', /\d{4}.*\d\d:\d\d:\d\d/);
	await expect(time).toHaveText(/^\d?\d:\d\d$/);
	// A phone has no pointer that can hover.
	if (isMobile) return;
	await expect(async () => {
		await ann.composer.hover();
		await time.hover();
		await expect(time).toHaveAttribute('title', /· now$/, { timeout: 500 });
	}).toPass();
	await ann.page.clock.fastForward(5 * 60_000);
	await ann.composer.hover();
	await time.hover();
	await expect(time).toHaveAttribute('title', /· 5 minutes ago$/);
});

test('S5 what one person says in a row is a group; one’s own stands apart in more than colour', async ({
	arrive,
	room,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await bob.say('one');
	await bob.say('two');
	await ann.shows('one', 'two');
	await ann.say('three');
	await ann.shows('one', 'two', 'three');
	await expect(ann.message('one').locator('strong')).toBeVisible();
	await expect(ann.message('two').locator('.who')).toHaveClass(/visually-hidden/);
	await expect(ann.message('three').locator('.who')).toHaveText(`${ann.name} you`);
	const edges = (text: string) =>
		ann
			.message(text)
			.locator('.bubble')
			.evaluate((bubble) => {
				const { left, right } = bubble.getBoundingClientRect();
				return { left, right: innerWidth - right };
			});
	const theirs = await edges('one');
	const mine = await edges('three');
	expect(theirs.left).toBeLessThan(theirs.right);
	expect(mine.right).toBeLessThan(mine.left);
});

test('S11 a draft is kept for each room, over a reload and another room', async ({
	arrive,
	room,
}) => {
	const ann = await (await arrive()).enter(room);
	await ann.composer.fill('half a sen');
	await ann.page.reload();
	await expect(ann.composer).toHaveValue('half a sen');
	await ann.enter(`${room} 2`);
	await expect(ann.composer).toHaveValue('');
	await ann.enter(room);
	await expect(ann.composer).toHaveValue('half a sen');
	await ann.say('half a sentence');
	await ann.page.reload();
	await expect(ann.composer).toHaveValue('');
});

test('S12 the theme follows the system, can be forced, and is there before the first paint', async ({
	arrive,
	guard,
}) => {
	guard.allow(/ERR_FAILED/);
	const ann = await arrive(undefined, { colorScheme: 'light' });
	const { page } = ann;
	const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	await page.goto('/');
	expect(await ground()).toBe('rgb(219, 219, 219)');
	await page.emulateMedia({ colorScheme: 'dark' });
	expect(await ground()).toBe('rgb(22, 24, 28)');
	await page.emulateMedia({ colorScheme: 'light' });
	await ann.unfold();
	await page.getByRole('button', { name: 'Dark theme' }).click();
	expect(await ground()).toBe('rgb(22, 24, 28)');
	// The theme is set without the page's own script, so before the first paint.
	await page.route('**/assets/index-*.js', (route) => route.abort());
	await page.reload();
	expect(await ground()).toBe('rgb(22, 24, 28)');
});

test('S13 Share copies the link to the room, and says so', async ({ arrive, room }) => {
	const ann = await arrive(undefined, { permissions: ['clipboard-read', 'clipboard-write'] });
	await ann.page.addInitScript(() => {
		// A test cannot see a phone's own share sheet.
		Object.defineProperty(navigator, 'share', { value: undefined });
	});
	await ann.enter(room);
	await expect(async () => {
		await ann.page.getByRole('button', { name: 'Share', exact: true }).click();
		const said = ann.page.getByRole('status').filter({ hasText: 'Link copied' });
		await expect(said).toBeVisible({ timeout: 1000 });
	}).toPass();
	const link = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(link).toBe(`${new URL(ann.page.url()).origin}/?room=${encodeURIComponent(room)}`);
});

test('S16 who wants less motion gets none', async ({ arrive, room }) => {
	const ann = await arrive(undefined, { reducedMotion: 'reduce' });
	await ann.enter(room);
	await ann.say('hello');
	await ann.people(1).click();
	await expect(ann.page.getByRole('region', { name: /^Online/ })).toBeVisible();
	const moving = await ann.page.evaluate(
		() =>
			[...document.querySelectorAll('*')]
				.map((element) => getComputedStyle(element))
				.filter(
					(style) =>
						/[1-9]/.test(style.transitionDuration) ||
						(style.animationName !== 'none' && /[1-9]/.test(style.animationDuration)) ||
						style.scrollBehavior === 'smooth',
				).length,
	);
	expect(moving).toBe(0);
});
