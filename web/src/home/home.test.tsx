// @vitest-environment happy-dom
import { waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { FakeApi } from '../../test/api';
import { open } from '../../test/page';
import { session } from '../../test/room';
import { ChatError } from '../client/client';

const user = userEvent.setup();

/** The text of a field's note. */
function note(field: HTMLElement): string {
	const id = field.getAttribute('aria-describedby') ?? '';
	return document.getElementById(id)?.textContent ?? '';
}

describe('the card', () => {
	test('has both fields, the button, one h1 and the footer', async () => {
		const page = await open('/');
		await page.findByLabelText('Room Name');
		expect(page.getByLabelText('Username')).toBeTruthy();
		expect(page.getByRole('button', { name: 'Start Chat Now!' })).toBeTruthy();
		expect(page.getAllByRole('heading', { level: 1 })).toHaveLength(1);
		expect(document.title).toBe('ProjectChat');
		expect(page.getByRole('contentinfo').textContent).toMatch(/©.*ProjectChat.*Made by .*♥/);
	});

	test.each(['Room Name', 'Username'])('is submitted by Enter in %s', async (label) => {
		const page = await open('/');
		await user.type(await page.findByLabelText('Room Name'), 'Book club');
		await user.type(page.getByLabelText('Username'), '  Ann ');
		await user.type(page.getByLabelText(label), '{Enter}');
		await page.findByRole('heading', { name: 'Book club - Ann' });
		expect(page.place.pathname + page.place.search).toBe('/Book%20club/?username=Ann');
	});

	test('says what is wrong, beside the field, and sends nothing', async () => {
		const page = await open('/');
		await user.type(await page.findByLabelText('Username'), 'A');
		await user.click(page.getByRole('button', { name: 'Start Chat Now!' }));
		const room = page.getByLabelText('Room Name');
		const name = page.getByLabelText('Username');
		expect(note(room)).toBe('Give the room a name.');
		expect(note(name)).toBe('Use 2 to 24 characters.');
		expect([room, name].map((field) => field.getAttribute('aria-invalid'))).toEqual([
			'true',
			'true',
		]);
		expect(document.activeElement).toBe(room);
		await user.type(room, 'General');
		await user.click(page.getByRole('button', { name: 'Start Chat Now!' }));
		expect(document.activeElement).toBe(name);
		expect(page.api.calls).toEqual(['session']);
	});

	test('offers other names for a taken one', async () => {
		const page = await open('/', { api: new FakeApi(null, ['Ann']) });
		await user.type(await page.findByLabelText('Room Name'), 'General');
		await user.type(page.getByLabelText('Username'), 'Ann{Enter}');
		const name = page.getByLabelText('Username') as HTMLInputElement;
		await waitFor(() =>
			expect(note(name)).toBe('“Ann” is taken. Try another name, or one of these:'),
		);
		expect(document.activeElement).toBe(name);
		await user.click(page.getByRole('button', { name: 'Ann2' }));
		expect(name.value).toBe('Ann2');
		expect(name.getAttribute('aria-invalid')).toBeNull();
		await user.type(name, '{Enter}');
		await page.findByRole('heading', { name: 'General - Ann2' });
	});

	test('says when the server was not reached, and keeps what was typed', async () => {
		const page = await open('/');
		await user.type(await page.findByLabelText('Room Name'), 'General');
		page.api.refusal = new ChatError('offline', '', true);
		await user.type(page.getByLabelText('Username'), 'Ann{Enter}');
		await page.findByText('We could not reach the server. Try again.');
		expect((page.getByLabelText('Username') as HTMLInputElement).value).toBe('Ann');
	});

	test('is prefilled from the address and the last visit', async () => {
		localStorage.setItem('pc.user', 'Ann');
		const page = await open('/?room=General');
		const room = (await page.findByLabelText('Room Name')) as HTMLInputElement;
		expect(room.value).toBe('General');
		expect((page.getByLabelText('Username') as HTMLInputElement).value).toBe('Ann');
	});
});

describe('the open rooms', () => {
	const rooms = ['General', 'Book club'];

	test('are entered at once by whoever has a name', async () => {
		const page = await open('/', { api: new FakeApi(session('Ann'), [], rooms) });
		await user.click(await page.findByRole('button', { name: 'Book club' }));
		await page.findByRole('heading', { name: 'Book club - Ann' });
	});

	test('fill the field for whoever has none', async () => {
		const page = await open('/', { api: new FakeApi(null, [], rooms) });
		await user.click(await page.findByRole('button', { name: 'Book club' }));
		expect((page.getByLabelText('Room Name') as HTMLInputElement).value).toBe('Book club');
		expect(document.activeElement).toBe(page.getByLabelText('Username'));
	});

	test('are searched from the bar', async () => {
		const page = await open('/', { api: new FakeApi(null, [], rooms) });
		await page.findByRole('button', { name: 'General' });
		await user.type(page.getByRole('searchbox', { name: 'Search' }), 'bo{Enter}');
		await waitFor(() => expect(page.queryByRole('button', { name: 'General' })).toBeNull());
		expect(page.getByRole('button', { name: 'Book club' })).toBeTruthy();
	});
});

test('two names for one browser: one is asked which', async () => {
	const page = await open('/General/?username=Bob', { api: new FakeApi(session('Ann')) });
	await page.findByRole('button', { name: 'Go on as Ann' });
	await user.click(page.getByRole('button', { name: 'Become Bob' }));
	await page.findByRole('heading', { name: 'General - Bob' });
});
