import { gzipSync } from 'node:zlib';
import type { Page, Response } from '@playwright/test';
import { expect, test } from './fixtures';
import { seed } from './seed';
import { address, type Visitor } from './visitor';

const kB = 1024;

/** Notes in the page the time at which an element first shows. */
function noteFirst(selector: string): void {
	new MutationObserver((_, observer) => {
		if (!document.querySelector(selector)) return;
		observer.disconnect();
		requestAnimationFrame(() => performance.mark('shown'));
	}).observe(document, { childList: true, subtree: true });
}

/** The gzipped sizes of the files that the page had requested when it first showed. */
async function firstLoad(page: Page, responses: Response[]) {
	await page.waitForFunction(() => performance.getEntriesByName('shown').length > 0);
	const { at, asked } = await page.evaluate(() => {
		const at = performance.getEntriesByName('shown')[0]?.startTime ?? 0;
		const all = performance.getEntriesByType('resource');
		return { at, asked: all.filter(({ startTime }) => startTime <= at).map(({ name }) => name) };
	});
	const size = async (end: RegExp) => {
		let sum = 0;
		for (const response of responses) {
			if (!asked.includes(response.url()) || !end.test(response.url())) continue;
			sum += gzipSync(await response.body(), { level: 9 }).length;
		}
		return sum;
	};
	return { at, js: await size(/\.js$/), css: await size(/\.css$/) };
}

for (const where of ['home', 'room'] as const) {
	test(`M35 the first load is small, and soon there to see (${where})`, async ({
		arrive,
		room,
		request,
	}) => {
		await seed(request, room, 60);
		const ann = await arrive();
		const { page } = ann;
		// Gives the browser a name, like that of a person who comes again.
		if (where === 'room') await request.post('/api/session', { data: { name: ann.name } });
		await page.context().addCookies((await request.storageState()).cookies);
		const responses: Response[] = [];
		page.on('response', (response) => responses.push(response));
		await page.addInitScript(noteFirst, where === 'home' ? '.card input' : 'li[data-key]');
		await page.goto(where === 'home' ? '/' : address(room, ann.name));
		const { at, js, css } = await firstLoad(page, responses);
		expect(js).toBeGreaterThan(10 * kB);
		expect(js).toBeLessThanOrEqual(30 * kB);
		expect(css).toBeGreaterThan(kB);
		expect(css).toBeLessThanOrEqual(36 * kB);
		// Reported, not tested: the time depends on the machine as much as on the page.
		test.info().annotations.push({ type: 'shown after', description: `${Math.round(at)} ms` });
	});
}

test('M34 nothing leaves the origin, and the page works on when the network is cut', {
	tag: '@smoke',
}, async ({ arrive, room, guard, request, isMobile }) => {
	guard.allow(/ERR_INTERNET_DISCONNECTED/, /WebSocket connection/);
	await seed(request, room, 5);
	const ann = await arrive();
	await ann.enter(room);
	await expect(ann.texts).toHaveCount(5);
	await restIsThere(ann);
	await ann.context.setOffline(true);

	await ann.say('written without a network');
	await expect(ann.message('written without a network')).toBeVisible();
	await ann.page.getByRole('button', { name: 'Star this room' }).click();
	await ann.unfold();
	await ann.page.getByRole('button', { name: 'Favourite', exact: true }).click();
	await expect(ann.page.getByRole('menuitem', { name: `Remove “${room}”` })).toBeVisible();
	await ann.page.keyboard.press('Escape');
	if (isMobile) await ann.page.keyboard.press('Escape');
	await ann.unfold();
	await ann.page.getByRole('searchbox').fill('message');
	await ann.page.getByRole('searchbox').press('Enter');
	await expect(ann.page.getByText('1 of 5 results for “message”')).toBeVisible();
	await ann.unfold();
	await ann.page.getByRole('link', { name: 'ProjectChat', exact: true }).click();
	await expect(ann.page.getByLabel('Room Name')).toBeVisible();
	const fonts = await ann.page.evaluate(() => [...document.fonts].map(({ status }) => status));
	expect(fonts).not.toContain('error');
});

/** Waits until the rarely needed code is loaded, too. */
async function restIsThere(ann: Visitor): Promise<void> {
	await expect
		.poll(() =>
			ann.page.evaluate(
				() =>
					performance.getEntriesByType('resource').filter(({ name }) => /home-/.test(name)).length,
			),
		)
		.toBeGreaterThan(0);
	await ann.page.waitForLoadState('networkidle');
}
