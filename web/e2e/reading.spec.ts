import { expect, pair, test } from './fixtures';
import { seed } from './seed';
import { address, unique } from './visitor';
import { Wire } from './wire';

test('M27 who reads at the bottom stays there; who reads above keeps the place', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 40);
	const [ann, bob] = await pair(arrive, room);
	await expect(bob.texts).toHaveCount(40);
	await ann.say('seen');
	await expect(bob.message('seen')).toBeInViewport({ ratio: 1 });
	await expect(bob.page.getByRole('button', { name: /new message/ })).toHaveCount(0);

	const place = await bob.log.evaluate((log) => {
		log.scrollBy(0, -300);
		return log.scrollTop;
	});
	const jump = bob.page.getByRole('button', { name: '1 new message' });
	await expect(bob.page.getByRole('button', { name: 'Jump to the latest' })).toBeVisible();
	await ann.say('unseen');
	await expect(jump).toBeVisible();
	expect(await bob.scrollTop()).toBe(place);
	await jump.click();
	await expect(bob.message('unseen')).toBeInViewport({ ratio: 1 });
	await expect(jump).toHaveCount(0);
});

test('M28 what one says oneself goes to the bottom', async ({ arrive, room, request }) => {
	await seed(request, room, 40);
	const ann = await (await arrive()).enter(room);
	await expect(ann.texts).toHaveCount(40);
	await ann.log.evaluate((log) => log.scrollTo(0, 0));
	await expect(ann.page.getByRole('button', { name: 'Jump to the latest' })).toBeVisible();
	await ann.say('mine');
	await expect(ann.message('mine')).toBeInViewport({ ratio: 1 });
	await expect(ann.page.getByRole('button', { name: 'Jump to the latest' })).toHaveCount(0);
});

test('M29 older messages come in above without moving what is read', async ({
	arrive,
	room,
	request,
}) => {
	const all = await seed(request, room, 120);
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await expect(ann.texts).toHaveCount(50);
	// From the very top, where a browser would not keep the place by itself.
	const top = await ann.log.evaluate((log) => {
		log.scrollTo(0, 0);
		return log.querySelector('li[data-key]')?.getBoundingClientRect().top ?? 0;
	});
	await expect(ann.texts).toHaveCount(100);
	const box = await ann.message('message 71').boundingBox();
	expect(Math.abs((box?.y ?? 0) - top)).toBeLessThanOrEqual(2);

	await ann.log.evaluate((log) => log.scrollTo(0, 0));
	await ann.shows(...all);
	await expect(ann.log.getByText(`Beginning of ${room}`)).toBeAttached();
	// Each page of history was requested once.
	expect(wire.requests('history').map(({ before }) => before)).toEqual([71, 21]);
});

test('M31 a screen reader hears what is new, not the history', async ({
	arrive,
	room,
	request,
}) => {
	await seed(request, room, 10);
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	const wire = await Wire.tap(ann.page);
	wire.passes = ({ type }) => type !== 'joined';
	await ann.page.goto(address(room, ann.name));
	await expect(ann.log).toHaveAttribute('aria-busy', 'true');
	wire.release();
	await expect(ann.texts).toHaveCount(10);
	await expect(ann.log).toHaveAttribute('aria-live', 'polite');
	await expect(ann.log).toHaveAttribute('aria-busy', 'false');
	await expect(ann.log).toHaveAccessibleName(`Messages in ${room}`);

	await ann.log.evaluate((log) => {
		const added: string[] = [];
		Object.assign(globalThis, { added });
		new MutationObserver((changes) => {
			for (const { addedNodes } of changes)
				for (const node of addedNodes) added.push(node.nodeName);
		}).observe(log, { childList: true, subtree: true });
	});
	await bob.say('news');
	await expect(ann.message('news')).toBeVisible();
	expect(await ann.page.evaluate(() => Reflect.get(globalThis, 'added'))).toEqual(['LI']);
});
