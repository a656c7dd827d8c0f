import { expect, test } from '@playwright/test';
import { Visitor } from './visitor';

const { ROOM, HEARD, SAYS } = process.env;

test('who comes to the published page reads what was said, and is heard', async ({
	context,
	page,
}) => {
	if (!ROOM || !HEARD || !SAYS) throw new Error('ROOM, HEARD or SAYS is not set');
	const cleo = await new Visitor('Cleo', context, page).enter(ROOM);
	await expect(cleo.message(HEARD).first()).toBeVisible();
	await cleo.say(SAYS);
	await expect(cleo.message(SAYS).and(page.locator('[data-state=confirmed]'))).toBeVisible();
});
