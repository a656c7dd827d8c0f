// @vitest-environment happy-dom
import { act } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { expect, test } from 'vitest';
import { FakeApi } from '../../test/api';
import { people, talk } from '../../test/conversation';
import { open, openRoom } from '../../test/page';
import { type FakeRoom, session, written } from '../../test/room';

const user = userEvent.setup();

function everything(room: FakeRoom): void {
	room.entries.value = talk(new Date());
	room.add(written(room.me, 'f', 'failed', 'failed'), written(room.me, 'p', 'pending', 'pending'));
	room.online.value = Object.values(people);
	room.onlineCount.value = 7;
	room.connection.value = { state: 'polling', everySeconds: 3 };
}

/** Each screen, brought there by what a person does. */
const screens: Record<string, () => Promise<unknown>> = {
	home: () => open('/', { api: new FakeApi(null, [], ['General']) }),
	errors: () => open('/General/?username=A'),
	taken: () => open('/General/?username=Ann', { api: new FakeApi(null, ['Ann']) }),
	become: () => open('/General/?username=Bob', { api: new FakeApi(session('Ann')) }),
	room: () => openRoom(everything),
	empty: () => openRoom(),
	loading: () =>
		openRoom((room) => {
			room.phase.value = 'loading';
		}),
	failed: () =>
		openRoom((room) => {
			room.phase.value = 'failed';
		}),
	online: async () => {
		const page = await openRoom(everything);
		await user.click(page.getByRole('button', { name: /^Online/ }));
	},
	favourites: async () => {
		const page = await openRoom(everything);
		await user.click(page.getByRole('button', { name: 'Star this room' }));
		await user.click(page.getByRole('button', { name: 'Favourite' }));
	},
	search: async () => {
		const page = await openRoom(everything);
		await user.type(page.getByRole('searchbox'), 'labels{Enter}');
	},
};

// Colours and sizes need a real browser: tokens.test.ts and e2e look at those.
test.each(Object.keys(screens))('axe finds nothing on: %s', async (name) => {
	await screens[name]?.();
	await act(() => {});
	const { violations } = await axe.run(document.body, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
		rules: { 'color-contrast': { enabled: false } },
	});
	expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
});
