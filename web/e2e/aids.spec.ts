import { expect, pair, test } from './fixtures';
import { unique } from './visitor';
import { Wire } from './wire';

test('S10 @ offers who is here; a mention stands out, and counts in the title', async ({
	arrive,
	room,
}) => {
	const [ann, bob] = await pair(arrive, room);
	await expect(ann.people(2)).toBeVisible();
	const offers = ann.page.getByRole('listbox', { name: 'Suggestions' });
	await expect(ann.page.getByRole('button', { name: 'Emoji' })).toBeVisible();

	await ann.composer.click();
	await ann.page.keyboard.type('hi @bo');
	await expect(offers.getByRole('option')).toHaveText([bob.name]);
	await ann.page.keyboard.press('Escape');
	await expect(offers).toHaveCount(0);
	await ann.page.keyboard.type('b');
	await expect(offers.getByRole('option', { selected: true })).toHaveText(bob.name);
	await ann.page.keyboard.press('ArrowDown');
	await ann.page.keyboard.press('ArrowUp');
	await ann.page.keyboard.press('Tab');
	await expect(ann.composer).toHaveValue(`hi @${bob.name} `);
	await expect(ann.composer).toBeFocused();

	await bob.page.evaluate(() => {
		Object.defineProperty(document, 'hidden', { configurable: true, value: true });
		document.dispatchEvent(new Event('visibilitychange'));
	});
	await ann.send.click();
	await ann.say('and all the others');
	await expect(bob.log.locator('.mention')).toHaveText(`@${bob.name}`);
	await expect(bob.log.locator('li.mentions-me')).toHaveCount(1);
	await expect(bob.page).toHaveTitle(/^\(2, @1\) /);
	await expect(ann.log.locator('.mention')).toHaveCount(0);
});

test('S17 notifications are asked for by the toggle only, and come only out of view', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	await ann.page.addInitScript(() => {
		const told: string[] = [];
		let asked = 0;
		class Notice {
			static permission = 'default';
			static async requestPermission() {
				asked++;
				Notice.permission = 'granted';
				return 'granted';
			}
			onclick: (() => void) | null = null;
			constructor(title: string, { body }: { body: string }) {
				told.push(`${title}: ${body}`);
				Object.assign(globalThis, { last: this });
			}
			close() {
				told.push('closed');
			}
		}
		const state = { told, asked: () => asked };
		Object.assign(globalThis, { Notification: Notice, state });
		window.focus = () => void told.push('focus');
	});
	const told = () => ann.page.evaluate(() => Reflect.get(globalThis, 'state').told as string[]);
	const asked = () => ann.page.evaluate(() => Reflect.get(globalThis, 'state').asked() as number);
	const hide = (hidden: boolean) =>
		ann.page.evaluate((now) => {
			Object.defineProperty(document, 'hidden', { configurable: true, value: now });
			document.dispatchEvent(new Event('visibilitychange'));
		}, hidden);

	await ann.enter(room);
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await ann.unfold();
	const toggle = ann.page.getByRole('button', { name: 'Notifications' });
	await expect(toggle).toHaveAttribute('aria-pressed', 'false');
	expect(await asked()).toBe(0);
	await toggle.click();
	await expect(toggle).toHaveAttribute('aria-pressed', 'true');
	expect(await asked()).toBe(1);

	await bob.say('in view');
	await ann.shows('in view');
	expect(await told()).toEqual([]);
	await hide(true);
	await bob.say('**out** of view');
	await expect.poll(told).toEqual([`${bob.name} · ${room}: out of view`]);
	await ann.page.evaluate(() => Reflect.get(globalThis, 'last').onclick());
	expect(await told()).toEqual([expect.any(String), 'focus', 'closed']);
});

test('S18 the box counts near the limit, and says how long the server has it wait', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await expect(ann.page.getByRole('button', { name: 'Emoji' })).toBeVisible();
	await ann.composer.fill('a'.repeat(3799));
	await expect(ann.page.getByText(/characters left/)).toHaveCount(0);
	await ann.composer.fill('a'.repeat(3800));
	await expect(ann.page.getByText('200 characters left')).toBeVisible();
	await ann.composer.fill('a'.repeat(4001));
	await expect(ann.page.getByText('1 character too long')).toBeVisible();
	await expect(ann.send).toBeDisabled();

	let refused = 0;
	wire.answer = ({ action }) =>
		action === 'send' && refused++ === 0
			? { type: 'error', code: 'rate_limited', message: 'slow', temporary: true, retryAfter: 4 }
			: null;
	await ann.say('too much');
	await expect(ann.page.getByText(/Too many at once\. It goes on in \d seconds?\./)).toBeVisible();
	await ann.shows('too much');
	await expect(ann.page.getByText(/Too many at once/)).toHaveCount(0);
});

test('D3 emoji come from the palette and by their names', async ({ arrive, room, isMobile }) => {
	const ann = await (await arrive()).enter(room);
	await ann.composer.fill('ab');
	await ann.page.getByRole('button', { name: 'Emoji' }).click();
	const palette = ann.page.getByRole('group', { name: 'Emoji' });
	await expect(palette.getByRole('button').first()).toBeFocused();
	await ann.page.keyboard.press('ArrowRight');
	await expect(palette.getByRole('button', { name: 'laughing' })).toBeFocused();
	await ann.page.keyboard.press('Enter');
	await expect(ann.composer).toHaveValue('ab😆');
	await expect(ann.composer).toBeFocused();
	await ann.page.keyboard.type(' :tada');
	const offers = ann.page.getByRole('listbox', { name: 'Suggestions' });
	await expect(offers.getByRole('option', { selected: true })).toHaveText('🎉 :tada:');
	await ann.page.keyboard.press('Enter');
	await expect(ann.composer).toHaveValue('ab😆 🎉 ');
	await ann.page.keyboard.type(':fire:');
	await expect(ann.composer).toHaveValue('ab😆 🎉 🔥');
	await ann.composer.fill('a  end');
	await ann.page.keyboard.press('Home');
	for (let i = 0; i < 2; i++) await ann.page.keyboard.press('ArrowRight');
	await ann.page.keyboard.type(':fire:');
	await expect(ann.composer).toHaveValue('a 🔥 end');
	await ann.page.keyboard.type('!');
	await expect(ann.composer).toHaveValue('a 🔥! end');
	if (isMobile) await expect(ann.send).toBeInViewport({ ratio: 1 });
});

test('D1 the list of keys opens by ? and Ctrl+/, and gives the focus back', async ({
	arrive,
	room,
}) => {
	const ann = await (await arrive()).enter(room);
	await ann.say('hello');
	await expect(ann.page.getByRole('button', { name: 'Emoji' })).toBeVisible();
	const sheet = ann.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
	await ann.composer.click();
	await ann.page.keyboard.type('?');
	await expect(ann.composer).toHaveValue('?');
	await expect(sheet).toHaveCount(0);
	await ann.openDialog('Control+/');
	await expect(sheet).toBeVisible();
	await ann.page.keyboard.press('Escape');
	await expect(sheet).toHaveCount(0);
	await expect(ann.composer).toBeFocused();
	await ann.log.focus();
	await ann.page.keyboard.press('?');
	await expect(sheet).toBeVisible();
	await sheet.getByRole('button', { name: 'Close' }).click();
	await expect(ann.log).toBeFocused();
});

test('D2 Ctrl+K goes to a favourite, a room of late or any other', async ({ arrive, room }) => {
	const ann = await arrive();
	for (const name of [`${room} 2`, room]) {
		await ann.enter(name);
		// The code that these keys load also remembers the rooms.
		await ann.openDialog('Control+k');
		await ann.page.keyboard.press('Escape');
	}
	await ann.openDialog('Control+k');
	const dialog = ann.page.getByRole('dialog', { name: 'Go to a room' });
	await expect(dialog.getByRole('listitem')).toHaveText([room, `${room} 2`]);
	await ann.page.keyboard.type(`${room} 2`);
	await expect(dialog.getByRole('listitem')).toHaveText([`${room} 2`]);
	await ann.page.keyboard.press('Enter');
	await expect(dialog).toHaveCount(0);
	await expect(ann.heading).toHaveText(`${room} 2 - ${ann.name}`);
	await ann.page.keyboard.press('Control+k');
	await ann.page.keyboard.type(`${room} 3`);
	await ann.page.keyboard.press('Enter');
	await expect(ann.heading).toHaveText(`${room} 3 - ${ann.name}`);
});
