import type { Page } from '@playwright/test';
import { test as base, expect } from '../fixtures';
import { address, unique, type Visitor } from '../visitor';

function given(name: string): string {
	const value = process.env[name];
	if (!value) throw new Error(`${name} is not set: the global set-up did not run`);
	return value;
}

/** A room's address where the page is one file. */
const inFile = (room: string, user: string) =>
	`/index.html?${new URLSearchParams({ room, username: user })}`.replaceAll('+', '%20');

const notice = (page: Page) => page.getByText(/No live connection here/);

/** `sam local start-api` has no socket. The page must find that out. */
const test = base.extend<{ enter: (name: string) => Promise<Visitor> }>({
	enter: async ({ arrive, guard, room }, use) => {
		guard.trust(given('SAM_URL'));
		// The browser's console lines for a failed handshake, and for a room without messages.
		guard.allow(/WebSocket connection to .* failed/, /status of 404/);
		// A container that starts changes the network, and Chromium gives up its requests.
		guard.allow(/net::ERR_NETWORK_CHANGED/);
		await use(async (name) => {
			const visitor = await arrive(unique(name));
			await visitor.page.goto(given('SAM_URL') + inFile(room, visitor.name));
			await expect(notice(visitor.page)).toBeVisible();
			return visitor;
		});
	},
});

test('two browsers talk by polling: one order, nothing twice, over a reload too', async ({
	enter,
}) => {
	const [ann, bob] = await Promise.all([enter('Ann'), enter('Bob')]);
	await expect(notice(ann.page)).toContainText(/every \d+ s/);
	await ann.say('one');
	await bob.shows('one');
	await bob.say('two');
	await ann.shows('one', 'two');
	await Promise.all([ann.say('at once'), bob.say('at once')]);
	await expect(ann.texts).toHaveCount(4);
	await ann.shows('one', 'two', 'at once', 'at once');
	await bob.shows('one', 'two', 'at once', 'at once');
	const authors = (page: Page) => page.getByRole('log').locator('ol > li strong').allTextContents();
	expect(await authors(ann.page)).toEqual(await authors(bob.page));
	await ann.page.reload();
	await ann.shows('one', 'two', 'at once', 'at once');
	await bob.say('after');
	await ann.shows('one', 'two', 'at once', 'at once', 'after');
});

test('while the network is away a message is pending; then it goes out once', async ({
	enter,
	guard,
}) => {
	guard.allow(/ERR_INTERNET_DISCONNECTED/);
	const [ann, bob] = await Promise.all([enter('Ann'), enter('Bob')]);
	await ann.say('before');
	await bob.shows('before');
	await ann.context.setOffline(true);
	await ann.say('meanwhile');
	await expect(ann.message('meanwhile')).toHaveAttribute('data-state', /sending|queued|pending/);
	await ann.context.setOffline(false);
	await ann.shows('before', 'meanwhile');
	await bob.shows('before', 'meanwhile');
});

test('the page is at /index.html, and so is everything that it leads to', async ({
	enter,
	room,
}) => {
	const ann = await enter('Ann');
	const { page } = ann;
	const at = new URL(given('SAM_URL'));
	await expect(page).toHaveURL(at.origin + inFile(room, ann.name));
	await page.getByRole('link', { name: 'ProjectChat' }).click();
	await expect(page).toHaveURL(`${at.origin}/index.html`);
	await page.reload();
	await page.getByLabel('Room Name').fill(room);
	await page.getByLabel('Username').fill(ann.name);
	await page.getByRole('button', { name: /Start Chat/ }).click();
	await expect(page).toHaveURL(at.origin + inFile(room, ann.name));
	await expect(notice(page)).toBeVisible();
	await ann.unfold();
	await page.getByRole('button', { name: 'Logout' }).click();
	await expect(page).toHaveURL(`${at.origin}/index.html`);
	await expect(page.getByLabel('Room Name')).toBeVisible();
});

test('a page on a socket and one on polling talk to each other', async ({
	enter,
	arrive,
	guard,
	room,
}) => {
	guard.trust(given('SOCKET_URL'));
	const ann = await enter('Ann');
	const bob = await arrive(unique('Bob'));
	await bob.page.goto(given('SOCKET_URL') + address(room, bob.name));
	await bob.isLive();
	await bob.say('by socket');
	await ann.shows('by socket');
	await ann.say('by post');
	await bob.shows('by socket', 'by post');
});
