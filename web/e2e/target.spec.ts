import { expect, test } from './fixtures';
import { seed } from './seed';
import { address } from './visitor';

test('S14 a link to a message opens there, however far back it is', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 120);
	const ann = await arrive();
	// A link names no person. The address keeps the message while the home page asks for a name.
	await ann.page.goto(`/?room=${encodeURIComponent(room)}&m=9`);
	await ann.page.getByLabel('Username').fill(ann.name);
	await ann.page.keyboard.press('Enter');
	await expect(ann.message('message 9')).toBeInViewport({ ratio: 1 });
	await expect(ann.message('message 9')).toHaveAttribute('data-target', '');
	await expect(ann.message('message 8')).not.toHaveAttribute('data-target', '');
	await ann.page.reload();
	await expect(ann.message('message 9')).toBeInViewport({ ratio: 1 });
	await expect(ann.page.getByText('The message of this link is not here.')).toHaveCount(0);
});

test('S14 a link to a message that is not there says so', async ({ arrive, room, request }) => {
	await seed(request, room, 3);
	const ann = await arrive();
	await ann.page.goto(`${address(room, ann.name)}&m=999`);
	await expect(ann.page.getByText('The message of this link is not here.')).toBeVisible();
	await ann.shows('message 1', 'message 2', 'message 3');
	await ann.page.getByRole('button', { name: 'Close' }).click();
	await expect(ann.page.getByText('The message of this link is not here.')).toHaveCount(0);
});
