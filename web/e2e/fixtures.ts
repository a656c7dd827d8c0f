import { type Browser, type BrowserContextOptions, test as base } from '@playwright/test';
import { Guard } from './guard';
import { Stack } from './stack';
import { unique, Visitor } from './visitor';

/** The address of the tests' stack. */
function stackURL(): string {
	const url = process.env.E2E_URL;
	if (!url) throw new Error('E2E_URL is not set: the global set-up did not run');
	return url;
}

/** Opens a browser for a new person. It is closed after the test. */
export type Arrive = (name?: string, options?: BrowserContextOptions) => Promise<Visitor>;

interface Fixtures {
	/** A room that no other test uses. */
	room: string;
	guard: Guard;
	arrive: Arrive;
	/** A server process of the test's own, which the test may kill. */
	stack: Stack;
}

/** Every test fails if the guard finds anything. */
export const test = base.extend<Fixtures>({
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern.
	baseURL: async ({}, use) => use(stackURL()),
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern.
	room: async ({}, use) => use(unique('Room')),
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern.
	guard: async ({}, use) => {
		const guard = new Guard(new Set([stackURL()]));
		await use(guard);
		base.expect(guard.problems, 'what no test may cause').toEqual([]);
	},
	arrive: async ({ browser, guard }, use) => {
		const visitors: Visitor[] = [];
		await use(async (name = unique('Ann'), options = {}) => {
			const visitor = await open(browser, guard, name, options);
			visitors.push(visitor);
			return visitor;
		});
		await Promise.all(visitors.map(({ context }) => context.close()));
	},
	stack: async ({ guard }, use) => {
		const stack = await Stack.create();
		guard.trust(stack.url);
		await use(stack);
		await stack.stop();
	},
});

export { expect } from '@playwright/test';

/** Ann and Bob, both in a room. */
export async function pair(arrive: Arrive, room: string): Promise<[Visitor, Visitor]> {
	const ann = await (await arrive()).enter(room);
	return [ann, await (await arrive(unique('Bob'))).enter(room)];
}

async function open(
	browser: Browser,
	guard: Guard,
	name: string,
	options: BrowserContextOptions,
): Promise<Visitor> {
	const context = await browser.newContext(options);
	await guard.watch(context);
	return new Visitor(name, context, await context.newPage());
}
