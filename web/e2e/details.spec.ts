import { expect, test } from './fixtures';
import { Wire } from './wire';

test('D7 the connection’s details: state, endpoint, round trip, a QR code of the link; all can be copied', async ({
	arrive,
	room,
	baseURL,
}) => {
	const ann = await arrive(undefined, { permissions: ['clipboard-read', 'clipboard-write'] });
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.say('one');
	await ann.unfold();
	const opener = ann.page.getByRole('button', { name: 'Connection details' });
	await opener.click();
	const dialog = ann.page.getByRole('dialog', { name: 'Connection details' });
	await expect(dialog).toContainText('Live');
	await expect(dialog).toContainText(`${baseURL?.replace('http', 'ws')}/ws?v=1`);
	await expect(dialog).toContainText(/Round trip\d+ ms/);
	await expect(dialog).toContainText('Protocol revision2');
	await expect(dialog).toContainText('Last message1');
	await expect(dialog.getByRole('img', { name: 'QR code of the link to this room' })).toBeVisible();
	await dialog.getByRole('button', { name: 'Copy all' }).click();
	await expect(dialog.getByRole('status')).toHaveText('Copied');
	const copied = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toContain('State: Live\n');
	expect(copied).toContain(`Link: ${baseURL}/?room=${encodeURIComponent(room)}`);
	// Without an answer the page must not invent a number.
	wire.passes = ({ type }) => type !== 'pong';
	await wire.cut();
	await expect(dialog).toContainText(/Round trip(not known|\d+ ms)/);
	await ann.page.keyboard.press('Escape');
	await expect(dialog).toHaveCount(0);
	await expect(opener).toBeFocused();
});

test('D7 without the QR code’s own code the rest is there', async ({ arrive, room, guard }) => {
	guard.allow(/ERR_FAILED/);
	const ann = await arrive();
	await ann.page.route(/\/assets\/qr-/, (route) => route.abort());
	await ann.enter(room);
	await ann.unfold();
	await ann.page.getByRole('button', { name: 'Connection details' }).click();
	const dialog = ann.page.getByRole('dialog', { name: 'Connection details' });
	await expect(dialog).toContainText('Live');
	await expect(dialog.getByRole('img')).toHaveCount(0);
});

test('D7 the details have the page’s own light or dark, though they open in the dark bar', async ({
	arrive,
	room,
}) => {
	const ann = await (await arrive()).enter(room);
	await ann.unfold();
	await ann.page.getByRole('button', { name: 'Connection details' }).click();
	const scheme = (selector: string) =>
		ann.page.locator(selector).evaluate((e) => getComputedStyle(e).colorScheme);
	await expect(ann.page.locator('dialog')).toBeVisible();
	expect(await scheme('dialog')).toBe(await scheme(':root'));
});
