import { expect, pair, test } from './fixtures';
import { seed } from './seed';
import { address, unique } from './visitor';

test('M13 a message is name, text and date in a bubble of the log', { tag: '@smoke' }, async ({
	arrive,
	room,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await ann.say('one');
	await ann.say('two');
	await bob.shows('one', 'two');
	for (const [at, text] of ['one', 'two'].entries()) {
		const bubble = bob.messages.nth(at);
		const name = bubble.locator('strong');
		// Later messages of a group may hide the name from the eye, but they all have it.
		await expect(name).toHaveText(ann.name);
		expect(Number(await name.evaluate((b) => getComputedStyle(b).fontWeight))).toBeGreaterThan(500);
		const time = bubble.locator('time');
		await expect(time).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT/);
		await expect(bubble).toHaveText(new RegExp(`${ann.name}.*${text}.*\\d:\\d\\d`, 's'));
	}
	await expect(bob.messages.first().locator('strong')).toBeVisible();
});

test('M14 sending shows the bubble at once, empties the box and keeps the focus', async ({
	arrive,
	room,
}) => {
	const ann = await (await arrive()).enter(room);
	await expect(ann.composer).toBeVisible();
	await expect(ann.send).toBeVisible();
	await ann.composer.click();
	await ann.composer.fill('hello');
	await ann.send.click();
	// In the same task as the click: none of this waits for the server.
	await expect(ann.message('hello')).toBeVisible();
	await expect(ann.composer).toHaveValue('');
	await expect(ann.composer).toBeFocused();
	await ann.shows('hello');
	await expect(ann.composer).toBeFocused();
});

test('M15 the other sees it without a reload, and loses neither place nor selection', {
	tag: '@smoke',
}, async ({ arrive, room, request }) => {
	await seed(request, room, 40, (n) => `line ${n} of a long talk`);
	const [ann, bob] = await pair(arrive, room);
	await expect(bob.texts).toHaveCount(40);
	await bob.log.evaluate((log) => log.scrollTo(0, 300));
	await bob
		.message('line 20 of a long talk')
		.locator('.text')
		.evaluate((text) => {
			getSelection()?.selectAllChildren(text);
		});
	await ann.say('news');
	await expect(bob.message('news')).toHaveCount(1);
	expect(await bob.scrollTop()).toBe(300);
	expect(await bob.page.evaluate(() => getSelection()?.toString())).toBe('line 20 of a long talk');
	await bob.page.getByRole('button', { name: '1 new message' }).click();
	await expect(bob.message('news')).toBeInViewport();
	await expect(bob.page.getByRole('button', { name: 'new message' })).toHaveCount(0);
});

test('M16 a blank message is not sent', async ({ arrive, room }) => {
	const [ann, bob] = await pair(arrive, room);
	await expect(ann.send).toBeDisabled();
	for (const blank of [' ', ' \n\t ', '\u00a0\u3000']) {
		await ann.composer.fill(blank);
		await expect(ann.send).toBeDisabled();
		await ann.composer.press('Enter');
	}
	await expect(ann.messages).toHaveCount(0);
	await ann.say('not blank');
	await bob.shows('not blank');
});

test('M20 a reload shows the history in order and nothing twice', { tag: '@smoke' }, async ({
	arrive,
	room,
	request,
}) => {
	const older = await seed(request, room, 60);
	const ann = await (await arrive()).enter(room);
	await ann.say('mine, the first');
	await ann.say('mine, the second');
	await ann.page.reload();
	const all = [...older, 'mine, the first', 'mine, the second'];
	await expect(ann.texts.nth(49)).toBeAttached();
	// If the reload came before the answer, the message is in the outbox, which follows the log.
	await expect(ann.texts.last()).toHaveText('mine, the second');
	const newest = await ann.texts.allTextContents();
	expect(newest).toEqual(all.slice(-newest.length));

	// Then the whole history, up to the beginning.
	await ann.log.evaluate((log) => log.scrollTo(0, 0));
	await ann.shows(...all);
	await expect(ann.log.getByText(`Beginning of ${room}`)).toBeVisible();
});

test('the count of people follows who comes and who goes', async ({ arrive, room }) => {
	const ann = await (await arrive()).enter(room);
	await expect(ann.people(1)).toBeVisible();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await expect(ann.people(2)).toBeVisible();
	await expect(bob.people(2)).toBeVisible();
	// A second tab is the same person.
	const tab = await bob.context.newPage();
	await tab.goto(address(room, bob.name));
	await expect(tab.getByRole('button', { name: /2 people here$/ })).toBeVisible();
	await ann.people(2).click();
	const list = ann.page.getByRole('region', { name: /^Online/ }).getByRole('listitem');
	await expect(list).toHaveCount(2);
	await expect(list.filter({ hasText: bob.name })).toHaveCount(1);
	await tab.close();
	await bob.page.close();
	await expect(list).toHaveCount(1);
	await expect(ann.people(1)).toBeVisible();
});
