import { expect, test } from './fixtures';
import { seed } from './seed';
import { address, type Visitor } from './visitor';
import { Wire } from './wire';

/** Searches for a text with the bar's field. */
async function search(who: Visitor, text: string): Promise<void> {
	await who.unfold();
	await who.page.getByRole('searchbox').fill(text);
	await who.page.getByRole('searchbox').press('Enter');
}

const texts = (n: number) => (n % 70 === 5 ? `needle ${n}` : `hay ${n}`);

test('M7 the search goes on in the older history, marks what it finds, and moves between', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 200, texts);
	const ann = await (await arrive()).enter(room);
	await search(ann, 'needle');
	// Message 145 is two pages back. The hit before it, 75, is loaded on demand.
	await expect(ann.page.getByText('1 of 1 result for “needle”')).toBeVisible();
	await expect(ann.message('needle 145')).toBeInViewport({ ratio: 1 });
	await expect(ann.message('needle 145').locator('mark')).toHaveText('needle');
	await ann.page.getByRole('button', { name: 'Next result' }).click();
	await expect(ann.page.getByText('2 of 2 results for “needle”')).toBeVisible();
	await expect(ann.message('needle 75')).toBeInViewport({ ratio: 1 });
	await expect(ann.message('needle 75')).toHaveClass(/\bhit\b/);
	await ann.page.getByRole('button', { name: 'Search further back' }).click();
	await expect(ann.page.getByText('3 of 3 results for “needle”')).toBeVisible();
	await expect(ann.message('needle 5')).toBeInViewport({ ratio: 1 });
	await ann.page.getByRole('button', { name: 'Previous result' }).click();
	await expect(ann.page.getByText('2 of 3 results for “needle”')).toBeVisible();
	await expect(ann.message('needle 75')).toBeInViewport({ ratio: 1 });
});

test('M7 what is nowhere is said to be nowhere once all has been searched', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 120, texts);
	const ann = await (await arrive()).enter(room);
	await search(ann, 'unicorn');
	await expect(ann.page.getByText('No results for “unicorn”')).toBeVisible();
	await expect(ann.page.getByRole('button', { name: 'Search further back' })).toHaveCount(0);
	await expect(ann.page.getByRole('button', { name: 'Stop' })).toHaveCount(0);
});

test('M7 a search far back shows that it goes on, and can be stopped', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 120, texts);
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	wire.passes = ({ type }) => type !== 'history';
	await search(ann, 'needle 5');
	await expect(
		ann.page.getByRole('status').filter({ hasText: 'Searching further back…' }),
	).toBeVisible();
	await expect(ann.page.getByText(/now at/)).toBeVisible();
	const stop = ann.page.getByRole('button', { name: 'Stop' });
	await stop.click();
	await expect(stop).toHaveCount(0);
	await expect(ann.page.getByText('No results for “needle 5”')).toBeVisible();
	const asked = wire.requests('history').length;
	wire.release();
	await expect(ann.page.getByRole('button', { name: 'Search further back' })).toBeVisible();
	await expect(ann.messages).toHaveCount(100);
	expect(wire.requests('history').length).toBe(asked);
	await ann.page.getByRole('button', { name: 'Search further back' }).click();
	await expect(ann.page.getByText('1 of 1 result for “needle 5”')).toBeVisible();
});

test('M7 a page that cannot be had stops the search, which says so and may be tried again', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 120, texts);
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	wire.answer = ({ action }) =>
		action === 'history'
			? { type: 'error', code: 'busy', message: 'Later.', temporary: true }
			: null;
	await search(ann, 'needle 5');
	await expect(ann.page.getByText('Older messages did not load.')).toBeVisible();
	wire.answer = () => null;
	await ann.page.getByRole('button', { name: 'Try again' }).click();
	await expect(ann.page.getByText('1 of 1 result for “needle 5”')).toBeVisible();
});

test('M7 the search goes back also where the page asks by itself', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 120, texts);
	const ann = await arrive();
	await ann.page.clock.install();
	await ann.page.routeWebSocket(/\/ws\?v=1$/, (socket) => socket.close());
	await ann.page.goto(address(room, ann.name));
	await expect(async () => {
		await ann.page.clock.runFor(1000);
		await expect(ann.messages.first()).toBeVisible({ timeout: 100 });
	}).toPass();
	await search(ann, 'needle 5');
	await ann.page.clock.runFor(1000);
	await expect(ann.page.getByText('1 of 1 result for “needle 5”')).toBeVisible();
	await ann.page.clock.runFor(1000);
	await expect(ann.message('needle 5')).toBeInViewport({ ratio: 1 });
});
