import { expect, pair, test } from './fixtures';
import { unique, type Visitor } from './visitor';

/** The promise: no message is missing, none is there twice, and all people see the same order. */

test('two talk; one closes the browser and opens it again: nothing missing, nothing twice', {
	tag: '@smoke',
}, async ({ arrive, room }) => {
	const [ann, bob] = await pair(arrive, room);
	await ann.say('hello Bob');
	await bob.shows('hello Bob');
	await bob.say('hello Ann');
	await ann.shows('hello Bob', 'hello Ann');

	const profile = await bob.context.storageState({ indexedDB: true });
	await bob.context.close();
	await expect(ann.people(1)).toBeVisible();
	const alone = Array.from({ length: 5 }, (_, i) => `to nobody, ${i + 1}`);
	for (const text of alone) await ann.say(text);

	const again = await (await arrive(bob.name, { storageState: profile })).enter(room);
	const all = ['hello Bob', 'hello Ann', ...alone];
	await again.shows(...all);
	await again.say('I am back');
	await ann.shows(...all, 'I am back');
	await again.shows(...all, 'I am back');
	// It is still the same person.
	await expect(again.messages.and(again.page.locator('.own'))).toHaveCount(2);
});

test('the server is killed and starts again: both come back, nothing missing, nothing twice', {
	tag: '@smoke',
}, async ({ arrive, guard, room, stack }) => {
	test.slow();
	guard.allow(/net::ERR_/, /WebSocket connection/);
	const options = { baseURL: stack.url };
	const ann = await (await arrive(undefined, options)).enter(room);
	const bob = await (await arrive(unique('Bob'), options)).enter(room);
	await ann.say('one');
	await bob.say('two');
	await ann.shows('one', 'two');
	await bob.shows('one', 'two');

	// In the middle of it, while a message is on its way.
	await ann.composer.fill('three');
	await Promise.all([ann.send.click(), stack.kill()]);
	for (const { banner } of [ann, bob]) await expect(banner).toContainText('Reconnecting…');
	await bob.say('four');
	await bob.say('five');
	await expect(bob.message('five')).toHaveAttribute('data-state', 'pending');

	await stack.start();
	await Promise.all([ann, bob].map((visitor) => recovers(visitor)));
	await same(ann, bob, ['one', 'two', 'three', 'four', 'five']);
	await ann.say('six');
	await same(ann, bob, ['one', 'two', 'three', 'four', 'five', 'six']);
	await ann.page.reload();
	await same(ann, bob, ['one', 'two', 'three', 'four', 'five', 'six']);
});

/** Waits until the page has reconnected by itself. */
async function recovers({ banner }: Visitor): Promise<void> {
	// The longest wait between two tries is 30 s.
	await expect(banner).toHaveCount(0, { timeout: 40_000 });
}

/** Checks that both show each text once, in the same order. */
async function same(ann: Visitor, bob: Visitor, texts: string[]): Promise<void> {
	for (const visitor of [ann, bob]) {
		await expect(visitor.texts).toHaveCount(texts.length);
		await expect(visitor.messages.and(visitor.page.locator('[data-state=confirmed]'))).toHaveCount(
			texts.length,
		);
	}
	const order = await ann.texts.allTextContents();
	expect([...order].sort()).toEqual([...texts].sort());
	expect(await bob.texts.allTextContents()).toEqual(order);
}
