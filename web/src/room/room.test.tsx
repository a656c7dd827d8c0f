// @vitest-environment happy-dom
import { act, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { people, talk } from '../../test/conversation';
import { open, openRoom } from '../../test/page';
import { type FakeRoom, said, written } from '../../test/room';

const user = userEvent.setup();
const history = (room: FakeRoom) => {
	room.entries.value = talk(new Date());
};

/** The list item of the message with a text. */
function message(page: Awaited<ReturnType<typeof openRoom>>, text: string): HTMLElement {
	const li = page.getByText(text).closest('li');
	if (!li) throw new Error(`no message says ${text}`);
	return li;
}

describe('a room', () => {
	test('has its names as heading and title', async () => {
		const page = await openRoom();
		expect(page.getByRole('heading', { level: 1 }).textContent).toBe('General - Ann');
		await waitFor(() => expect(document.title).toBe('General - Ann · ProjectChat'));
	});

	test.each(['<b>x</b>', '../..', 'غرفة ١', '👩‍💻 a'])(
		'shows the name %s literally',
		async (name) => {
			const page = await open(`/?room=${encodeURIComponent(name)}&username=%3Ci%3EAnn`);
			const heading = await page.findByRole('heading', { level: 1 });
			expect(heading.textContent).toBe(`${name} - <i>Ann`);
		},
	);

	test('shows a message as bold name, text and time, in that order', async () => {
		const page = await openRoom(history);
		const li = message(page, 'Thanks! I will take it on the train.');
		expect(li.closest('ol')?.closest('[role=log]')).toBeTruthy();
		const order = [...li.querySelectorAll('strong, .text, time')].map((part) => part.tagName);
		expect(order).toEqual(['STRONG', 'SPAN', 'TIME']);
		expect(li.querySelector('strong')?.textContent).toBe('Dana');
		expect(li.querySelector('.body')?.getAttribute('dir')).toBe('auto');
		expect(li.querySelector('.tag')?.textContent).toBe('7fq2');
	});

	test('keeps a follower\u2019s name for those who do not see the group', async () => {
		const page = await openRoom(history);
		const li = message(page, 'I can drop by at lunch.');
		expect(li.querySelector('strong')?.textContent).toBe('Bo');
		expect(li.querySelector('.who')?.className).toContain('visually-hidden');
	});

	test('shows markup as text', async () => {
		const page = await openRoom(history);
		expect(message(page, '<img src=x onerror=alert(1)> & </script>')).toBeTruthy();
		expect(page.container.querySelector('.log img')).toBeNull();
	});

	test('says where history begins, or lets one load more', async () => {
		const page = await openRoom(history);
		expect(page.getByText('Beginning of', { exact: false }).textContent).toBe(
			'Beginning of General',
		);
		page.room.older = [said(people.bo, 0, '2026-01-01T00:00:00Z', 'long ago')];
		act(() => {
			page.room.hasOlder.value = true;
		});
		await user.click(page.getByRole('button', { name: 'Load older messages' }));
		await page.findByText('long ago');
		expect(page.getByText('Beginning of', { exact: false })).toBeTruthy();
	});

	test('is empty: says so, with the link', async () => {
		const page = await openRoom();
		expect(page.getByText('You are the first here')).toBeTruthy();
		const link = page.getByLabelText('Link to this room') as HTMLInputElement;
		expect(link.value).toMatch(/\/\?room=General$/);
	});

	test('loads: shows that it does, with the box ready', async () => {
		const page = await openRoom((room) => {
			room.phase.value = 'loading';
		});
		expect(page.getByRole('log').getAttribute('aria-busy')).toBe('true');
		expect(page.getByText('Loading messages…')).toBeTruthy();
		expect(page.getByLabelText('Message General')).toBeTruthy();
	});

	test('did not load: says so and tries again', async () => {
		const page = await openRoom((room) => {
			room.phase.value = 'failed';
		});
		await user.click(page.getByRole('button', { name: 'Try again' }));
		expect(page.room.calls).toContain('retryNow');
	});

	test('without its session asks for a name and keeps the room', async () => {
		const page = await openRoom(history);
		act(() => {
			page.room.connection.value = { state: 'signedOut' };
		});
		await page.findByText('You were signed out. Pick a name to go back in.');
		expect((page.getByLabelText('Room Name') as HTMLInputElement).value).toBe('General');
		expect(page.room.calls).toContain('close');
	});
});

describe('an own message', () => {
	test('goes from sending to sent as one and the same bubble', async () => {
		const page = await openRoom(history);
		act(() => page.room.add(written(page.room.me, 'c9', 'And tape!', 'pending')));
		const li = message(page, 'And tape!');
		expect(li.textContent).toContain('Sending');
		expect(li.textContent).toContain('you');
		act(() => page.room.confirm('c9', 14));
		expect(message(page, 'And tape!')).toBe(li);
		expect(li.textContent).not.toContain('Sending');
		expect(li.textContent).toContain('Sent');
	});

	test('that failed is sent again or deleted', async () => {
		const page = await openRoom(history);
		act(() => page.room.add(written(page.room.me, 'c9', 'And tape!', 'failed')));
		const li = message(page, 'And tape!');
		expect(li.textContent).toContain('Failed to send');
		await user.click(within(li).getByRole('button', { name: 'Retry' }));
		expect(page.room.calls).toContain('retry c9');
		act(() => page.room.fail('c9'));
		await user.click(within(li).getByRole('button', { name: 'Delete' }));
		expect(page.queryByText('And tape!')).toBeNull();
	});

	test('that waits for a word gets it', async () => {
		const page = await openRoom(history);
		act(() => page.room.add(written(page.room.me, 'c9', 'Old one', 'waiting')));
		await user.click(within(message(page, 'Old one')).getByRole('button', { name: 'Send now' }));
		expect(page.room.calls).toContain('retry c9');
	});
});

test('search marks the hits, counts them and goes from one to the next', async () => {
	const page = await openRoom(history);
	const field = page.getByRole('searchbox', { name: 'Search' });
	await user.type(field, 'LABELS{Enter}');
	await page.findByText('1 of 2 results for “LABELS”');
	const marks = () => [...page.container.querySelectorAll('mark')].map((mark) => mark.textContent);
	await waitFor(() => expect(marks()).toEqual(['labels', 'Labels']));
	await user.type(field, '{Enter}');
	await page.findByText('2 of 2 results for “LABELS”');
	const hit = () => page.container.querySelector('.hit')?.textContent;
	await waitFor(() => expect(hit()).toContain('will you bring the labels'));
	await user.type(field, '{Escape}');
	expect(page.container.querySelector('mark')).toBeNull();
});
