// @vitest-environment happy-dom
import { act, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { people } from '../../test/conversation';
import { open, openRoom } from '../../test/page';
import { clearFavourites } from '../visit/favourites';

afterEach(clearFavourites);

const user = userEvent.setup();

describe('the bar', () => {
	test('is on both pages, with the way home', async () => {
		const page = await openRoom();
		const bar = page.getByRole('navigation', { name: 'Main' });
		expect(bar.dataset.bsTheme).toBe('dark');
		await user.click(page.getByRole('link', { name: 'ProjectChat' }));
		await page.findByLabelText('Room Name');
		expect(page.getByRole('navigation', { name: 'Main' })).toBeTruthy();
		expect(page.room.calls).toContain('close');
	});

	test('opens and closes its menu by click, Enter and Esc', async () => {
		const page = await open('/');
		const toggler = page.getByRole('button', { name: 'Menu' });
		const expanded = () => toggler.getAttribute('aria-expanded');
		await user.click(toggler);
		expect(expanded()).toBe('true');
		await user.keyboard('{Enter}');
		expect(expanded()).toBe('false');
		await user.keyboard('{Enter}');
		expect(expanded()).toBe('true');
		await user.keyboard('{Escape}');
		expect(expanded()).toBe('false');
		expect(document.activeElement).toBe(toggler);
	});

	test('logs nobody out', async () => {
		const page = await open('/');
		await page.findByLabelText('Room Name');
		const logout = page.getByRole('button', { name: 'Logout' });
		expect(logout.getAttribute('aria-disabled')).toBe('true');
		await user.click(logout);
		expect(page.api.calls).toEqual(['session']);
	});

	test('logs out of a room to the home page', async () => {
		const page = await openRoom();
		await user.click(page.getByRole('button', { name: 'Logout' }));
		const name = (await page.findByLabelText('Username')) as HTMLInputElement;
		expect(name.value).toBe('');
		expect(page.room.calls).toContain('close');
	});

	test('switches the theme, and follows the system again', async () => {
		const page = await open('/');
		await user.click(page.getByRole('button', { name: 'Dark theme' }));
		expect(document.documentElement.dataset.bsTheme).toBe('dark');
		await user.click(page.getByRole('button', { name: 'Light theme' }));
		expect(document.documentElement.dataset.bsTheme).toBeUndefined();
	});
});

test('Online counts and lists who is here', async () => {
	const page = await openRoom((room) => {
		room.online.value = Object.values(people);
		room.onlineCount.value = 7;
	});
	const button = page.getByRole('button', { name: 'Online 7 people here' });
	await user.click(button);
	const panel = page.getByRole('region', { name: 'Online, 7 people' });
	expect(panel.querySelectorAll('li')).toHaveLength(7);
	act(() => {
		page.room.online.value = page.room.online.value.slice(1);
		page.room.onlineCount.value = 6;
	});
	await page.findByText('Online, 6 people');
	await user.keyboard('{Escape}');
	expect(page.queryByRole('region', { name: /^Online/ })).toBeNull();
	expect(document.activeElement).toBe(button);
});

describe('Favourite', () => {
	test('is worked by keys', async () => {
		const page = await openRoom();
		const button = page.getByRole('button', { name: 'Favourite', expanded: false });
		button.focus();
		await user.keyboard('{ArrowDown}');
		await waitFor(() => expect(document.activeElement?.textContent).toBe('Add “General”'));
		await user.keyboard('{Enter}');
		expect(document.activeElement).toBe(button);
		await user.keyboard('{ArrowDown}{ArrowDown}');
		await waitFor(() => expect(document.activeElement?.textContent).toBe('General'));
		await user.keyboard('{End}');
		expect(document.activeElement?.textContent).toBe('Clear favourites');
		await user.keyboard('{ArrowDown}');
		expect(document.activeElement?.textContent).toBe('Remove “General”');
		await user.keyboard('{Escape}');
		expect(button.getAttribute('aria-expanded')).toBe('false');
		expect(document.activeElement).toBe(button);
	});

	test('is kept, and leads to its room', async () => {
		const page = await openRoom();
		await user.click(page.getByRole('button', { name: 'Star this room', pressed: false }));
		expect(JSON.parse(localStorage.getItem('pc.favourites') ?? '')).toEqual(['General']);
		await user.click(page.getByRole('link', { name: 'ProjectChat' }));
		await page.findByLabelText('Room Name');
		await user.click(page.getByRole('button', { name: 'Favourite' }));
		await user.click(page.getByRole('menuitem', { name: 'General' }));
		await page.findByRole('heading', { name: 'General - Ann' });
	});
});
