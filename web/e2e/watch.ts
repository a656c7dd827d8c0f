import { type Browser, expect, test } from '@playwright/test';
import { Checkout } from './checkout';
import { unique, Visitor } from './visitor';

async function arrive(browser: Browser, url: string, name: string): Promise<Visitor> {
	const context = await browser.newContext({ baseURL: url });
	return new Visitor(unique(name), context, await context.newPage());
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

test('a change of the server or of the page is there at once, and nothing that is said is lost', async ({
	browser,
}) => {
	const checkout = await Checkout.create();
	try {
		const [ann, bob] = [
			await arrive(browser, checkout.url, 'Ann'),
			await arrive(browser, checkout.url, 'Bob'),
		];
		await ann.enter('Workshop');
		await bob.enter('Workshop');
		await ann.say('before');
		await bob.shows('before');
		for (const { page } of [ann, bob])
			await page.evaluate(() => Object.assign(window, { same: true }));

		// The server changes: Ann's messages reach Bob once and in order, and no page reloads.
		const before = checkout.said.length;
		const began = Date.now();
		await checkout.edit(
			'cmd/dev/site.go',
			'"X-Content-Type-Options", "nosniff")\n',
			'"X-Content-Type-Options", "nosniff")\n\t\tw.Header().Set("X-Changed", "1")\n',
		);
		const texts = ['before'];
		const up = checkout.hears(/^ready /m, before).then(() => Date.now() - began);
		let ready = false;
		up.then(() => {
			ready = true;
		});
		for (let n = 1; !ready || n <= 3; n++) {
			await ann.say(`message ${n}`);
			texts.push(`message ${n}`);
		}
		console.log(
			`a change of the server: ready after ${seconds(await up)} s; ${texts.length - 1} messages meanwhile`,
		);
		await bob.shows(...texts);
		await ann.shows(...texts);
		const changed = await ann.page.evaluate(async () =>
			(await fetch('/api/session')).headers.get('X-Changed'),
		);
		expect(changed, 'the new server answers').toBe('1');
		for (const { page } of [ann, bob]) {
			expect(await page.evaluate(() => 'same' in window), 'it is the same page').toBe(true);
		}

		// The page changes: its new text appears by itself, and the server keeps running.
		const cid = await arrive(browser, checkout.url, 'Cid');
		await cid.page.goto('/');
		await expect(cid.page.getByRole('button', { name: 'Start Chat Now!' })).toBeVisible();
		const said = checkout.said.length;
		const edited = Date.now();
		await checkout.edit('web/src/text/en-later.ts', "'Start Chat Now!'", "'Start Chat At Once!'");
		await expect(cid.page.getByRole('button', { name: 'Start Chat At Once!' })).toBeVisible();
		console.log(`a change of the page: shown after ${seconds(Date.now() - edited)} s`);
		expect(checkout.said.slice(said), 'the server was not started anew').not.toContain('ready');
	} finally {
		await checkout.remove();
	}
});
