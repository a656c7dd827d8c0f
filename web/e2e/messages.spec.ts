import type { Locator } from '@playwright/test';
import { expect, pair, test } from './fixtures';
import { seed } from './seed';
import { unique, type Visitor } from './visitor';
import { Wire } from './wire';

/** The messages that contain a text. */
function message(who: Visitor, text: string): Locator {
	return who.messages.filter({ hasText: text });
}

/** Opens a message's menu in the way of this kind of screen. */
async function openMenu(who: Visitor, text: string, isMobile: boolean): Promise<Locator> {
	const dialog = who.page.getByRole('dialog', { name: 'Message actions' });
	await expect(async () => {
		if (isMobile) await message(who, text).locator('.text').tap();
		else {
			await message(who, text).hover();
			await message(who, text).getByRole('button', { name: 'Message actions' }).click();
		}
		await expect(dialog).toBeVisible({ timeout: 1000 });
	}).toPass();
	return dialog;
}

/** Starts to edit the last message by its key, which works only once the code is loaded. */
async function editLast(who: Visitor): Promise<Locator> {
	const box = who.page.getByRole('textbox', { name: 'Edit message' });
	await expect(async () => {
		await who.composer.press('ArrowUp');
		await expect(box).toBeFocused({ timeout: 1000 });
	}).toPass();
	return box;
}

test('S9 ↑ in an empty box edits my last message; the others see the text and “(edited)”', {
	tag: '@smoke',
}, async ({ arrive, room, isMobile }) => {
	const [ann, bob] = await pair(arrive, room);
	await ann.say('first');
	await ann.say('teh hall');
	await bob.shows('first', 'teh hall');
	const box = await editLast(ann);
	await expect(box).toHaveValue('teh hall');
	await box.fill('the hall');
	if (isMobile) await ann.page.getByRole('button', { name: 'Save' }).click();
	else await box.press('Enter');
	for (const who of [ann, bob]) {
		await who.shows('first', 'the hall');
		await expect(message(who, 'the hall')).toContainText('(edited)');
		await expect(message(who, 'first')).not.toContainText('(edited)');
	}
	await expect(ann.composer).toBeFocused();
	await bob.page.reload();
	await bob.shows('first', 'the hall');
	await expect(message(bob, 'the hall')).toContainText('(edited)');
});

test('S9 Esc cancels an edit; ↑ in a box with a text, and on what others said, edits nothing', async ({
	arrive,
	room,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await ann.say('mine');
	await bob.shows('mine');
	const box = await editLast(ann);
	await box.fill('not this');
	await box.press('Escape');
	await expect(ann.composer).toBeFocused();
	await ann.shows('mine');
	await ann.composer.fill('draft');
	await ann.composer.press('ArrowUp');
	await bob.composer.press('ArrowUp');
	await bob.say('hers');
	await ann.shows('mine', 'hers');
	await expect(ann.page.getByRole('textbox', { name: 'Edit message' })).toHaveCount(0);
	await expect(bob.page.getByRole('textbox', { name: 'Edit message' })).toHaveCount(0);
	await expect(ann.composer).toHaveValue('draft');
});

test('S9 a deletion asks first, and leaves a tombstone for all', { tag: '@smoke' }, async ({
	arrive,
	room,
	isMobile,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await ann.say('regret');
	await ann.say('stays');
	await bob.shows('regret', 'stays');
	const menu = await openMenu(ann, 'regret', isMobile);
	await menu.getByRole('button', { name: 'Delete' }).click();
	await menu.getByRole('button', { name: 'Keep it' }).click();
	await expect(menu).toHaveCount(0);
	await ann.shows('regret', 'stays');
	await openMenu(ann, 'regret', isMobile);
	await menu.getByRole('button', { name: 'Delete' }).click();
	await expect(menu).toContainText('for everybody');
	await menu.getByRole('button', { name: 'Delete' }).click();
	for (const who of [ann, bob]) await who.shows('Message deleted', 'stays');
	for (const who of [ann, bob]) await who.page.reload();
	for (const who of [ann, bob]) await who.shows('Message deleted', 'stays');
	await expect(ann.page.getByText('regret')).toHaveCount(0);
});

test('S9 only its author is offered to edit or delete a message', async ({
	arrive,
	room,
	isMobile,
	request,
}) => {
	await seed(request, room, 1);
	const ann = await (await arrive()).enter(room);
	const menu = await openMenu(ann, 'message 1', isMobile);
	await expect(menu.getByRole('button')).toHaveText(
		[...'👍❤😂🎉😮👀', '', 'Copy link', 'Copy text'].map((sign) => new RegExp(`^${sign}`)),
	);
	await ann.page.keyboard.press('Escape');
	await expect(menu).toHaveCount(0);
});

test('S9 a change that is refused stays on its message, with Retry and Discard', async ({
	arrive,
	room,
	isMobile,
}) => {
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.say('old text');
	await ann.shows('old text');
	wire.answer = ({ kind }) =>
		kind === 'edit'
			? { type: 'error', code: 'not_found', message: 'Gone.', temporary: false }
			: null;
	const box = await editLast(ann);
	await box.fill('new text');
	await ann.page.getByRole('button', { name: 'Save' }).click();
	const bubble = message(ann, 'new text');
	await expect(bubble).toHaveAttribute('data-state', 'failed');
	await expect(bubble).toContainText('Change not saved: the message is gone');
	await ann.page.reload();
	await expect(bubble).toHaveAttribute('data-state', 'failed');
	wire.answer = () => null;
	await bubble.getByRole('button', { name: 'Retry' }).click();
	await ann.shows('new text');
	await bob.shows('new text');
	wire.answer = ({ kind }) =>
		kind === 'delete'
			? { type: 'error', code: 'forbidden', message: 'No.', temporary: false }
			: null;
	const menu = await openMenu(ann, 'new text', isMobile);
	await menu.getByRole('button', { name: 'Delete' }).click();
	await menu.getByRole('button', { name: 'Delete' }).click();
	await expect(bubble).toContainText('Not deleted');
	await bubble.getByRole('button', { name: 'Discard' }).click();
	await ann.shows('new text');
	await bob.shows('new text');
});

test('S9 a change made while cut off shows as on its way, and goes out once', {
	tag: '@smoke',
}, async ({ arrive, guard, room }) => {
	guard.allow(/ERR_INTERNET_DISCONNECTED/, /WebSocket connection to .* failed/);
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.say('before');
	await bob.shows('before');
	const box = await editLast(ann);
	await ann.context.setOffline(true);
	await wire.cut();
	await box.fill('after');
	await ann.page.getByRole('button', { name: 'Save' }).click();
	await expect(message(ann, 'after')).toHaveAttribute('data-state', 'pending');
	await expect(message(ann, 'after')).toContainText('Sending');
	await ann.context.setOffline(false);
	await ann.shows('after');
	await bob.shows('after');
});

test('S9 a server that does not know changes yet is sent none, and none is offered', async ({
	arrive,
	room,
	isMobile,
}) => {
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	wire.instead = (frame) => (frame.type === 'joined' ? { ...frame, v: 1 } : frame);
	await ann.enter(room);
	await ann.say('plain');
	await ann.shows('plain');
	const menu = await openMenu(ann, 'plain', isMobile);
	await expect(menu.getByRole('button')).toHaveText(['Copy link', 'Copy text']);
	await ann.page.keyboard.press('Escape');
	await ann.composer.press('ArrowUp');
	await ann.composer.pressSequentially('typed');
	await ann.send.click();
	await ann.shows('plain', 'typed');
	expect(wire.requests('typing')).toEqual([]);
});

test('D6 reactions have a count, are put and taken back by keys, and say who', {
	tag: '@smoke',
}, async ({ arrive, room }) => {
	const [ann, bob] = await pair(arrive, room);
	await ann.say('hello');
	await bob.shows('hello');
	const actions = message(bob, 'hello').getByRole('button', { name: 'Message actions' });
	await expect(actions).toHaveAttribute('tabindex', '0');
	await actions.focus();
	await bob.page.keyboard.press('Enter');
	await expect(bob.page.getByRole('button', { name: 'React with 👍' })).toBeFocused();
	await bob.page.keyboard.press('ArrowRight');
	await bob.page.keyboard.press('Enter');
	await expect(actions).toBeFocused();
	const chip = (who: Visitor) => message(who, 'hello').locator('.reaction');
	await expect(chip(bob)).toHaveAccessibleName('❤️ 1: you');
	await expect(chip(bob)).toHaveAttribute('aria-pressed', 'true');
	await expect(chip(ann)).toHaveAccessibleName(`❤️ 1: ${bob.name}`);
	await expect(chip(ann)).toHaveAttribute('aria-pressed', 'false');
	await chip(ann).focus();
	await ann.page.keyboard.press('Space');
	await expect(chip(ann)).toHaveAccessibleName(`❤️ 2: ${bob.name} and you`);
	await expect(chip(bob)).toHaveAccessibleName(`❤️ 2: you and ${ann.name}`);
	await ann.page.reload();
	await expect(chip(ann)).toHaveText('❤️ 2');
	await chip(bob).focus();
	await bob.page.keyboard.press('Enter');
	await expect(chip(ann)).toHaveAccessibleName('❤️ 1: you');
	await chip(ann).click();
	await expect(chip(ann)).toHaveCount(0);
	await expect(chip(bob)).toHaveCount(0);
});

test('D6 any emoji can be a reaction; one a person', async ({ arrive, room, isMobile }) => {
	const ann = await (await arrive()).enter(room);
	await ann.say('hello');
	for (const name of ['rocket', 'cactus']) {
		const menu = await openMenu(ann, 'hello', isMobile);
		await menu.getByRole('button', { name: 'Other emoji' }).click();
		await menu.getByRole('button', { name, exact: true }).click();
	}
	await expect(message(ann, 'hello').locator('.reaction')).toHaveText(['🌵 1']);
	await ann.shows('hello');
});

test('a menu goes from message to message by keys; a long press opens it, and the log stays', async ({
	arrive,
	room,
	isMobile,
	request,
}) => {
	await seed(request, room, 30);
	const ann = await (await arrive()).enter(room);
	const actions = ann.log.getByRole('button', { name: 'Message actions' });
	await expect(actions.last()).toHaveAttribute('tabindex', '0');
	await expect(ann.log.locator('.act[tabindex="0"]')).toHaveCount(1);
	await actions.last().focus();
	await ann.page.keyboard.press('ArrowUp');
	await expect(actions.nth(28)).toBeFocused();
	await ann.page.keyboard.press('End');
	await expect(actions.last()).toBeFocused();
	const before = await ann.scrollTop();
	if (isMobile) await message(ann, 'message 30').locator('.text').dispatchEvent('contextmenu');
	else await ann.page.keyboard.press('Enter');
	const menu = ann.page.getByRole('dialog', { name: 'Message actions' });
	await expect(menu).toBeVisible();
	await expect(menu).toBeInViewport({ ratio: 1 });
	await ann.page.keyboard.press('Escape');
	await expect(menu).toHaveCount(0);
	await expect(actions.last()).toBeFocused();
	expect(await ann.scrollTop()).toBe(before);
});

test('S14 the link to a message is copied from its menu, and opens there', async ({
	arrive,
	room,
	isMobile,
	request,
}) => {
	await seed(request, room, 3);
	const ann = await arrive(undefined, { permissions: ['clipboard-read', 'clipboard-write'] });
	await ann.enter(room);
	const menu = await openMenu(ann, 'message 2', isMobile);
	await menu.getByRole('button', { name: 'Copy link' }).click();
	await expect(ann.page.getByRole('status').filter({ hasText: 'Link copied' })).toBeVisible();
	const link = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(link).toContain(`/?room=${encodeURIComponent(room)}&m=2`);
	await ann.page.goto(`${link}&username=${encodeURIComponent(ann.name)}`);
	await expect(ann.message('message 2')).toHaveAttribute('data-target', '');
	await openMenu(ann, 'message 2', isMobile);
	await menu.getByRole('button', { name: 'Copy text' }).click();
	await expect(ann.page.getByText('Text copied')).toBeVisible();
	expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('message 2');
});

test('S6 the others see who is typing: at most one signal in 3 s, gone 6 s after the last', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.page.clock.install();
	await ann.enter(room);
	const bob = await arrive(unique('Bob'));
	await bob.page.clock.install();
	await bob.enter(room);
	const typing = bob.page.getByText(`${ann.name} is typing…`);
	await expect(ann.page.getByRole('button', { name: 'Emoji' })).toBeVisible();
	await ann.composer.pressSequentially('hel');
	await expect(typing).toBeVisible();
	await ann.composer.pressSequentially('lo');
	expect(wire.requests('typing')).toHaveLength(1);
	expect(wire.requests('typing')[0]).toEqual({
		action: 'typing',
		id: 't',
		room: expect.any(String),
	});
	await ann.page.clock.runFor(3000);
	await ann.composer.pressSequentially('!');
	await expect.poll(() => wire.requests('typing').length).toBe(2);
	// Not read out: it is neither a live region nor in one.
	expect(
		await typing.evaluate((row) => row.closest('[role=status], [aria-live], [role=log]')),
	).toBeNull();
	await bob.page.clock.runFor(7000);
	await expect(typing).toHaveCount(0);
	// The page does not show a person's own typing to them.
	await expect(ann.page.getByText('is typing')).toHaveCount(0);
});

test('S6 it is gone with the message; two people are named', async ({ arrive, room }) => {
	const [ann, bob] = await pair(arrive, room);
	const cyd = await (await arrive(unique('Cyd'))).enter(room);
	await bob.isLive();
	for (const who of [bob, cyd]) {
		await expect(who.page.getByRole('button', { name: 'Emoji' })).toBeVisible();
		await who.composer.pressSequentially('x');
	}
	await expect(ann.page.getByText(`${bob.name} and ${cyd.name} are typing…`)).toBeVisible();
	await bob.send.click();
	await ann.shows('x');
	await expect(ann.page.getByText(`${cyd.name} is typing…`)).toBeVisible();
	await expect(ann.page.getByText(bob.name).filter({ hasText: 'typing' })).toHaveCount(0);
});
