import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { seed } from './seed';
import { address, unique, type Visitor } from './visitor';

/** Texts that would run, load or break out if the page took them for markup. */
const corpus = [
	'<img src=x onerror=alert(1)>',
	'<script>alert(1)</script>',
	'</script><script>alert(1)</script>',
	'</textarea><svg onload=alert(1)>',
	'"><iframe srcdoc="<script>parent.alert(1)</script>">',
	'<a href="javascript:alert(1)">here</a>',
	'javascript:alert(1)',
	'[here](javascript:alert(1))',
	'<style>*{background:url(//evil.example/x)}</style>',
	'<base href="//evil.example/"><form action="//evil.example/">',
	'<!--<img title="--><img src=//evil.example/x.png>">',
	'<math><mtext></p><img src=x onerror=alert(1)></mtext></math>',
	'&lt;img src=x onerror=alert(1)&gt; &amp;#x3c;',
	// biome-ignore lint/suspicious/noTemplateCurlyInString: it is one of the texts.
	'{{constructor.constructor("alert(1)")()}} ${alert(1)}',
	'\u2028<img src=x onerror=alert(1)>\u2029',
	'__proto__',
];

/** A new name of at most 24 characters. */
function markup(): string {
	const number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
	return `<svg onload=f(${String(number).slice(0, 8)})>`;
}

const room = '<img src=x onerror=alert(1)>';

test('M19 a message is inert text', { tag: '@smoke' }, async ({ arrive, room, request }) => {
	await seed(request, room, corpus.length, (n) => corpus[n - 1] ?? '');
	const ann = await (await arrive()).enter(room);
	await ann.shows(...corpus);
	await inert(ann.page);
	const bob = await (await arrive(unique('Bob'))).enter(room);
	for (const text of corpus) await ann.say(text);
	await bob.shows(...corpus, ...corpus);
	await inert(bob.page);
	await bob.page.reload();
	await bob.shows(...corpus, ...corpus);
	await inert(bob.page);
});

test('M19 names of a user and a room are inert text', async ({ arrive }) => {
	const ann = await arrive(markup());
	const said = unique('said');
	await start(ann, room);
	await ann.isLive();
	await inert(ann.page);
	await ann.say(said);
	const bob = await arrive(markup());
	await start(bob, room);
	await expect(bob.message(said).locator('strong')).toHaveText(ann.name);
	await inert(bob.page);
	// The list of people, the star's menu, the search and the list of rooms show them, too.
	await bob.people('\\d+').click();
	const online = bob.page.getByRole('region', { name: /^Online/ });
	await expect(online.getByRole('listitem').filter({ hasText: ann.name })).toHaveCount(1);
	await bob.page.keyboard.press('Escape');
	await bob.page.getByRole('button', { name: 'Star this room' }).click();
	await bob.unfold();
	await bob.page.getByRole('searchbox').fill(room);
	await bob.page.getByRole('searchbox').press('Enter');
	await expect(bob.page.getByText(`No results for “${room}”`)).toBeVisible();
	await bob.unfold();
	await bob.page.getByRole('button', { name: 'Favourite' }).click();
	await expect(bob.page.getByRole('menuitem', { name: room, exact: true })).toBeVisible();
	await inert(bob.page);
	await bob.page.goto('/');
	await expect(bob.page.getByRole('button', { name: room, exact: true })).toBeVisible();
	await inert(bob.page);
});

test('M19 an address is inert text', async ({ arrive, guard }) => {
	// A name that the server allows nobody.
	guard.allow(/the server responded with a status of 400/);
	const { page } = await arrive();
	const user = markup();
	await page.goto(address(room, user));
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(`${room} - ${user}`);
	await inert(page);
	const other = markup();
	await page.goto(`/?${new URLSearchParams({ room, username: other })}`);
	await expect(page.getByRole('button', { name: `Become ${other}` })).toBeVisible();
	await inert(page);
	for (const text of corpus) {
		// Most of these are no valid person's name. Then the card shows both.
		await page.goto(`/?${new URLSearchParams({ room: text, username: text })}`);
		await expect(
			page.getByRole('heading', { name: 'Who is chatting?' }).or(page.getByLabel('Room Name')),
		).toBeVisible();
		await inert(page);
	}
});

/** Goes in through the card. */
async function start({ page, name, heading }: Visitor, room: string): Promise<void> {
	await page.goto('/');
	await page.getByLabel('Room Name').fill(room);
	await page.getByLabel('Username').fill(name);
	await page.getByRole('button', { name: 'Start Chat Now!' }).click();
	await expect(heading).toHaveText(`${room} - ${name}`);
}

/** Checks that no text became an element, a handler or a link. */
async function inert(page: Page): Promise<void> {
	const odd = await page.evaluate(() => {
		const selector = 'iframe, object, embed, base, math, form[action], [srcdoc], script:not([src])';
		const elements = [...document.querySelectorAll('body *, head *')].filter(
			(element) =>
				element.matches(selector) ||
				/^\s*javascript:/i.test(element.getAttribute('href') ?? '') ||
				(element.getAttribute('src') ?? '').includes('evil') ||
				element.getAttribute('src') === 'x' ||
				element.getAttributeNames().some((name) => name.startsWith('on')),
		);
		return elements.map((element) => element.outerHTML);
	});
	expect(odd).toEqual([]);
}
