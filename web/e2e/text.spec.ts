import { expect, test } from './fixtures';
import { seed } from './seed';

const fence = '```\nsort -u *.csv\n\n  x\n```';

test('S7 addresses are links, without the sentence around them; javascript: never is', async ({
	arrive,
	room,
	request,
}) => {
	const said = [
		'see https://example.org/a_(b). And (http://example.org/c)!',
		'mailto:ann@example.org, www.example.org/d',
		'javascript:alert(1) JavaScript://example.org/%0aalert(1) data:text/html,x',
	];
	await seed(request, room, said.length, (n) => said[n - 1] ?? '');
	const ann = await (await arrive()).enter(room);
	await ann.shows(...said);
	const links = await ann.log
		.locator('.text a')
		.evaluateAll((all) =>
			all.map((a) => [a.textContent, a.getAttribute('href'), a.getAttribute('rel')]),
		);
	const rel = 'noopener noreferrer nofollow';
	expect(links).toEqual([
		['https://example.org/a_(b)', 'https://example.org/a_(b)', rel],
		['http://example.org/c', 'http://example.org/c', rel],
		['mailto:ann@example.org', 'mailto:ann@example.org', rel],
		['www.example.org/d', 'https://www.example.org/d', rel],
	]);
	await expect(ann.log.locator('.text a').first()).toHaveAttribute('target', '_blank');
});

test('S8 bold, italic, struck, code and quotes; marks without a partner stay', async ({
	arrive,
	room,
}) => {
	const ann = await (await arrive()).enter(room);
	await ann.say('**bold** *italic* ~~gone~~ `a*b*` 2*3*4 **open');
	await ann.say('> said before\nand my answer');
	const text = ann.texts.first();
	await expect(text).toHaveText('bold italic gone a*b* 2*3*4 **open');
	await expect(text.locator('b')).toHaveText('bold');
	await expect(text.locator('em')).toHaveText('italic');
	await expect(text.locator('s')).toHaveText('gone');
	await expect(text.locator('code')).toHaveText('a*b*');
	await expect(ann.texts.nth(1).locator('blockquote')).toHaveText('said before');
});

test('S8 a block of code keeps its form, scrolls by itself and can be copied', async ({
	arrive,
	room,
}) => {
	const ann = await arrive(undefined, { permissions: ['clipboard-read', 'clipboard-write'] });
	await ann.enter(room);
	await ann.say(`try:\n${fence}\nor\n\`\`\`\n${'long '.repeat(60)}\n\`\`\``);
	const code = ann.log.locator('.fence code');
	expect(await code.first().innerText()).toBe('sort -u *.csv\n\n  x');
	await expect(code.first()).toHaveCSS('direction', 'ltr');
	const [width, space] = await code.nth(1).evaluate((c) => [c.scrollWidth, c.clientWidth]);
	expect(width).toBeGreaterThan(space ?? 0);
	const body = await ann.page.evaluate(() => document.documentElement.scrollWidth);
	expect(body).toBeLessThanOrEqual(await ann.page.evaluate(() => innerWidth));
	await ann.log.getByRole('button', { name: 'Copy' }).first().click();
	await expect(ann.page.getByRole('status').filter({ hasText: 'Copied' })).toBeAttached();
	const copied = await ann.page.evaluate(() => navigator.clipboard.readText());
	expect(copied).toBe('sort -u *.csv\n\n  x');
});

test('D3 a message of nothing but emoji is large', async ({ arrive, room }) => {
	const ann = await (await arrive()).enter(room);
	await ann.say('🎈🎈');
	await ann.say('🎈 not alone');
	const size = (at: number) =>
		ann.texts.nth(at).evaluate((text) => Number.parseFloat(getComputedStyle(text).fontSize));
	expect(await size(0)).toBe(40);
	expect(await size(1)).toBe(15);
});
