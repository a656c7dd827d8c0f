import type { APIRequestContext, Page } from '@playwright/test';
import axe from 'axe-core';
import { type Arrive, expect, test } from './fixtures';
import type { Guard } from './guard';
import { seed } from './seed';
import { address, unique, type Visitor } from './visitor';
import { Wire } from './wire';

interface Scene {
	ann: Visitor;
	room: string;
	guard: Guard;
	request: APIRequestContext;
	arrive: Arrive;
}

/** Opens a message's menu by keys, once its code is loaded, and presses one of its buttons. */
async function act(who: Visitor, text: string, button: string): Promise<void> {
	const dialog = who.page.getByRole('dialog');
	await who.shows(...(await who.texts.allTextContents()));
	await expect(async () => {
		const actions = who.message(text).getByRole('button', { name: 'Message actions' });
		await actions.press('Enter');
		await expect(dialog).toBeVisible({ timeout: 1000 });
	}).toPass();
	await dialog.getByRole('button', { name: button }).click();
}

/** Each state of the page, reached by a person's actions or by events. */
const scenes: Record<string, (scene: Scene) => Promise<unknown>> = {
	home: async ({ ann, room, request }) => {
		await seed(request, room, 1);
		await ann.page.goto('/');
		await expect(ann.page.getByRole('heading', { name: 'Open rooms' })).toBeVisible();
	},
	'home with errors': async ({ ann }) => {
		await ann.page.goto('/');
		await ann.page.getByRole('button', { name: 'Start Chat Now!' }).click();
		await expect(ann.page.getByText('Pick a username.')).toBeVisible();
	},
	'a name that is taken': async ({ ann, room, guard, request }) => {
		guard.allow(/status of 409/);
		const name = unique('Bot');
		await request.post('/api/session', { data: { name, bearer: true } });
		await ann.page.goto(address(room, name));
		await expect(ann.page.getByText('is taken')).toBeVisible();
	},
	'an address for another': async ({ ann, room }) => {
		await ann.enter(room);
		await ann.page.goto(address(room, unique('Bob')));
		await expect(ann.page.getByRole('heading', { name: 'Who is chatting?' })).toBeVisible();
	},
	'no answer at all': async ({ ann, guard }) => {
		guard.allow(/ERR_FAILED/);
		await ann.page.route('**/api/session', (route) => route.abort());
		await ann.page.goto('/');
		await expect(ann.page.getByText('ProjectChat did not answer')).toBeVisible();
	},
	'an empty room': ({ ann, room }) => ann.enter(room),
	'a room with history': talk,
	'a room that does not load': async ({ ann, room }) => {
		const wire = await Wire.tap(ann.page);
		wire.answer = () => refusal;
		await ann.page.goto(address(room, ann.name));
		await expect(ann.page.getByText('The messages did not load')).toBeVisible();
	},
	'failed messages': async (scene) => {
		const wire = await talk(scene);
		wire.answer = () => refusal;
		await scene.ann.say('not for you');
		await expect(scene.ann.message('not for you')).toHaveAttribute('data-state', 'failed');
	},
	'a lost connection': async (scene) => {
		scene.guard.allow(/ERR_INTERNET_DISCONNECTED/, /WebSocket connection/);
		const wire = await talk(scene);
		await scene.ann.context.setOffline(true);
		await wire.cut();
		await expect(scene.ann.banner).toBeVisible();
		await scene.ann.say('on its way');
	},
	'the last messages, offline': async (scene) => {
		scene.guard.allow(/ERR_FAILED/, /WebSocket connection/);
		await talk(scene);
		const { page } = scene.ann;
		await expect
			.poll(() => page.evaluate(() => caches.keys()))
			.toContainEqual(expect.stringMatching(/^pc-last-/));
		await page.route('**/api/**', (route) => route.abort());
		await page.routeWebSocket(/\/ws\?v=1$/, (socket) => socket.close());
		await page.reload();
		await expect(page.getByText(/^Offline\. These are the last messages/)).toBeVisible();
		await scene.ann.say('written offline');
	},
	'the details of the connection': async (scene) => {
		await talk(scene);
		await scene.ann.unfold();
		await scene.ann.page.getByRole('button', { name: 'Connection details' }).click();
		await expect(scene.ann.page.getByRole('img', { name: /^QR code/ })).toBeVisible();
	},
	'the list of people': async (scene) => {
		await talk(scene);
		await scene.ann.people(1).click();
		await expect(scene.ann.page.getByRole('region', { name: /^Online/ })).toBeVisible();
	},
	'the menu of favourites': async (scene) => {
		await talk(scene);
		await scene.ann.page.getByRole('button', { name: 'Star this room' }).click();
		await scene.ann.unfold();
		await scene.ann.page.getByRole('button', { name: 'Favourite', exact: true }).click();
		await expect(scene.ann.page.getByRole('menu')).toBeVisible();
	},
	'every form of text': async (scene) => {
		await talk(scene);
		const { ann } = scene;
		await ann.say(`**b** *i* ~~s~~ \`c\` https://example.org @${ann.name}`);
		await ann.say('> said\nyes\n```\ncode\n```');
		await ann.say('🎈');
		await expect(ann.log.getByRole('button', { name: 'Copy' })).toBeVisible();
	},
	'a menu, reactions, and what was edited and deleted': async (scene) => {
		await talk(scene);
		const { ann } = scene;
		await ann.say('to be deleted');
		await act(ann, 'to be deleted', 'Delete');
		await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
		await expect(ann.log.getByText('Message deleted')).toBeVisible();
		await ann.say('to be edited');
		await act(ann, 'to be edited', 'React with 👍');
		await act(ann, 'to be edited', 'Edit');
		await ann.page.getByRole('textbox', { name: 'Edit message' }).fill('edited');
		await ann.page.getByRole('button', { name: 'Save' }).click();
		await expect(ann.log.getByText('(edited)')).toBeVisible();
		await ann.log.getByRole('button', { name: 'Message actions' }).last().press('Enter');
		await expect(ann.page.getByRole('dialog')).toBeVisible();
	},
	'the question before a deletion': async (scene) => {
		await talk(scene);
		await scene.ann.say('to be deleted');
		await act(scene.ann, 'to be deleted', 'Delete');
		await expect(scene.ann.page.getByText('for everybody')).toBeVisible();
	},
	'a message that is being edited': async (scene) => {
		await talk(scene);
		await scene.ann.say('to be edited');
		await act(scene.ann, 'to be edited', 'Edit');
		await expect(scene.ann.page.getByRole('textbox', { name: 'Edit message' })).toBeFocused();
	},
	'names that are offered': async ({ ann, room, arrive }) => {
		await ann.enter(room);
		const bob = await arrive(unique('Bob'));
		await bob.enter(room);
		await expect(ann.people(2)).toBeVisible();
		await ann.composer.pressSequentially('hi @');
		await expect(ann.page.getByRole('listbox')).toBeVisible();
	},
	'the palette of emoji': async ({ ann, room }) => {
		await ann.enter(room);
		await ann.page.getByRole('button', { name: 'Emoji' }).click();
		await expect(ann.page.getByRole('group', { name: 'Emoji' })).toBeVisible();
	},
	'the list of keys': async ({ ann, room }) => {
		await ann.enter(room);
		await ann.openDialog('Control+/');
	},
	'the way to another room': async ({ ann, room }) => {
		await ann.enter(room);
		await ann.openDialog('Control+k');
		await expect(ann.page.getByRole('dialog').getByRole('listitem')).toHaveCount(1);
	},
	'the public rooms': async ({ ann, room, request }) => {
		await seed(request, room, 1);
		await ann.page.goto('/');
		await ann.unfold();
		await ann.page.getByRole('button', { name: 'Online', exact: true }).click();
		await expect(ann.page.getByRole('region', { name: 'Public rooms' })).toBeVisible();
	},
	'a link to nowhere': async ({ ann, room, request }) => {
		await seed(request, room, 1);
		await ann.page.goto(`${address(room, ann.name)}&m=99`);
		await expect(ann.page.getByText('The message of this link is not here.')).toBeVisible();
	},
	'the page in Arabic': async (scene) => {
		await talk(scene);
		await scene.ann.unfold();
		await scene.ann.page.getByRole('combobox', { name: 'Language' }).selectOption('ar');
		await expect(scene.ann.page.locator('html')).toHaveAttribute('dir', 'rtl');
	},
	'the results of a search': async (scene) => {
		await talk(scene);
		await scene.ann.unfold();
		await scene.ann.page.getByRole('searchbox').fill('message');
		await scene.ann.page.getByRole('searchbox').press('Enter');
		await expect(scene.ann.page.getByText(/results for/)).toBeVisible();
	},
};

const refusal = { type: 'error', code: 'forbidden', message: 'Not here.', temporary: false };

for (const [name, arrange] of Object.entries(scenes)) {
	test(`M30 axe finds nothing on: ${name}`, async ({ arrive, room, guard, request }) => {
		const ann = await arrive(undefined, { reducedMotion: 'reduce' });
		await arrange({ ann, room, guard, request, arrive });
		await ann.page.evaluate(axe.source);
		for (const colorScheme of ['light', 'dark'] as const) {
			await ann.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			expect(await violations(ann.page), colorScheme).toEqual([]);
		}
		await expectNoSidewaysScroll(ann.page);
	});
}

test('M33 on a phone long words wrap, and what is touched is large enough', async ({
	arrive,
	room,
	request,
}) => {
	const long = ['w'.repeat(300), `https://example.org/${'path/'.repeat(60)}`, 'a\n\n\nb'];
	await seed(request, room, long.length, (n) => long[n - 1] ?? '');
	// A short name that is among the first in the list.
	await seed(request, '!', 1);
	const ann = await arrive(undefined, { viewport: { width: 360, height: 740 } });
	await ann.page.goto('/');
	await expectNoSidewaysScroll(ann.page);
	await ann.enter(room);
	for (const text of long) await ann.say(text);
	await expect(ann.texts).toHaveCount(6);
	await expectNoSidewaysScroll(ann.page);
	await expect(ann.composer).toBeInViewport({ ratio: 1 });
	await expect(ann.send).toBeInViewport({ ratio: 1 });
	expect(await smallTargets(ann.page)).toEqual([]);
	await ann.unfold();
	expect(await smallTargets(ann.page)).toEqual([]);
	await ann.page.goto('/');
	await expect(ann.page.getByRole('button', { name: '!', exact: true })).toBeVisible();
	expect(await smallTargets(ann.page)).toEqual([]);
});

/** A room with messages of Ann and of others. */
async function talk({ ann, room, request }: Scene): Promise<Wire> {
	const texts = await seed(request, room, 8);
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.say('mine');
	await ann.shows(...texts, 'mine');
	return wire;
}

async function violations(page: Page): Promise<string[]> {
	return page.evaluate(async () => {
		const found = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
			runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
		});
		return found.violations.flatMap(({ id, nodes }) =>
			nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
		);
	});
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
	const [width, space] = await page.evaluate(() => [
		document.documentElement.scrollWidth,
		document.documentElement.clientWidth,
	]);
	expect(width).toBeLessThanOrEqual(space ?? 0);
}

/** The touch targets that are smaller than 44 × 44 px. */
function smallTargets(page: Page): Promise<string[]> {
	return page.evaluate(() =>
		[...document.querySelectorAll('a, button, input, textarea, [role=menuitem]')]
			.filter((element) => element.checkVisibility() && !element.matches('.skip, .text *'))
			.map((element) => ({ element, box: element.getBoundingClientRect() }))
			.filter(({ box }) => box.width > 0 && (box.width < 43.9 || box.height < 43.9))
			.map(({ element, box }) => `${element.outerHTML.slice(0, 90)} ${box.width}×${box.height}`),
	);
}
