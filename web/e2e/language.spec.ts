import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';

test('S15 a text runs as its letters do; the page in Arabic is mirrored, code is not', async ({
	arrive,
	room,
}) => {
	const ann = await arrive(undefined, { locale: 'ar' });
	const { page } = ann;
	await page.goto(`/${encodeURIComponent(room)}/?username=${encodeURIComponent(ann.name)}`);
	const html = page.locator('html');
	await expect(html).toHaveAttribute('dir', 'rtl');
	await expect(html).toHaveAttribute('lang', 'ar');
	const composer = page.getByRole('textbox', { name: `رسالة إلى ${room}` });
	const send = page.getByRole('button', { name: 'إرسال' });
	for (const text of ['مرحبا بكم', 'hello', 'خذ `x = 1`\n```\ny = 2\n```']) {
		await composer.fill(text);
		await send.click();
		await expect(composer).toHaveValue(''); // if nothing can be sent yet, the text waits in the box
	}
	await expect(ann.texts).toHaveCount(3);
	const directions = await ann.log
		.locator('.body')
		.evaluateAll((all) => all.map((body) => getComputedStyle(body).direction));
	expect(directions).toEqual(['rtl', 'ltr', 'rtl']);
	for (const code of await ann.log.locator('code').all()) {
		await expect(code).toHaveCSS('direction', 'ltr');
	}
	// One's own messages are at the end of the line, which is on the left.
	const width = page.viewportSize()?.width ?? 0;
	const bubble = ann.messages.first().locator('.bubble');
	await expect.poll(async () => (await bubble.boundingBox())?.x ?? width).toBeLessThan(width / 2);
	const button = await send.boundingBox();
	expect(button?.x ?? width).toBeLessThan(width / 2);
	const sideways = () => document.documentElement.scrollWidth - innerWidth;
	expect(await page.evaluate(sideways)).toBeLessThanOrEqual(0);
});

test('S15 the browser’s first language that there is is taken', async ({ arrive }) => {
	const ann = await arrive(undefined, { locale: 'hi-IN' });
	await ann.page.goto('/');
	await expect(ann.page.locator('html')).toHaveAttribute('lang', 'hi');
	await expect(ann.page.getByRole('button', { name: 'चैट शुरू करें!' })).toBeVisible();
});

/** The letters a to z that the page shows, without the names of people, rooms and languages. */
function latin(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const found: string[] = [];
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			if (node.parentElement?.closest('bdi, option, script, noscript, .brand')) continue;
			found.push(...((node.textContent ?? '').match(/[a-z]{2,}/gi) ?? []));
		}
		return found.filter((word) => !/^(ProjectChat|Enter|Shift)$/.test(word));
	});
}

test('D5 the language is changed by hand, everywhere, and kept', async ({ arrive, room }) => {
	const ann = await (await arrive()).enter(room);
	const { page } = ann;
	const html = page.locator('html');
	for (const [from, language, tag, dir] of [
		['Language', 'hi', 'hi', 'ltr'],
		['भाषा', 'ar', 'ar', 'rtl'],
	] as const) {
		const toggler = page.locator('.toggler');
		if (await toggler.isVisible()) await toggler.click();
		await page.getByRole('combobox', { name: from }).selectOption(language);
		await expect(html).toHaveAttribute('lang', tag);
		await expect(html).toHaveAttribute('dir', dir);
		expect(await latin(page)).toEqual([]);
		if (await toggler.isVisible()) await toggler.click();
	}
	await page.goto('/');
	await expect(html).toHaveAttribute('lang', 'ar');
	await expect(page.getByLabel('اسم الغرفة')).toBeVisible();
	expect(await latin(page)).toEqual([]);
});
