// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { act, cleanup, fireEvent, render, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openRoom } from '../../test/page';
import { ComposerAids } from './composer-aids';

afterEach(() => void vi.unstubAllGlobals());

const user = userEvent.setup();

async function compose() {
	const page = await openRoom();
	const box = page.getByLabelText('Message General') as HTMLTextAreaElement;
	const send = page.getByRole('button', { name: 'Send' }) as HTMLButtonElement;
	const sent = () => page.room.calls.filter((call) => call.startsWith('send '));
	return { ...page, box, send, sent };
}

/** A screen without a mouse. */
function onTouch() {
	vi.stubGlobal('matchMedia', (query: string) => ({
		matches: query === '(pointer: coarse)',
		addEventListener: () => {},
	}));
}

describe('the box', () => {
	test('sends by Enter, empties at once and keeps the focus', async () => {
		const { box, sent, findByText } = await compose();
		await user.type(box, 'hi{Enter}');
		expect(sent()).toEqual(['send hi']);
		expect(box.value).toBe('');
		expect(document.activeElement).toBe(box);
		await findByText('hi');
	});

	test('sends by its button', async () => {
		const { box, send, sent } = await compose();
		await user.type(box, 'hi');
		await user.click(send);
		expect(sent()).toEqual(['send hi']);
		expect(document.activeElement).toBe(box);
	});

	test('takes Shift+Enter as a new line, which the message keeps', async () => {
		const { box, sent } = await compose();
		await user.type(box, 'a{Shift>}{Enter}{/Shift}b{Enter}');
		expect(sent()).toEqual(['send a\nb']);
	});

	test.each([
		['isComposing', { isComposing: true }],
		['keyCode 229', { keyCode: 229 }],
	])('leaves Enter to an input method: %s', async (_, how) => {
		const { box, sent } = await compose();
		await user.type(box, 'nihao');
		fireEvent.keyDown(box, { key: 'Enter', ...how });
		expect(sent()).toEqual([]);
		fireEvent.keyDown(box, { key: 'Enter' });
		expect(sent()).toEqual(['send nihao']);
	});

	test('takes Enter as a new line where the keyboard is on the screen', async () => {
		onTouch();
		const { box, sent } = await compose();
		await user.type(box, 'a{Enter}b');
		expect(sent()).toEqual([]);
		expect(box.value).toBe('a\nb');
	});

	test('sends nothing blank', async () => {
		const { box, send, sent } = await compose();
		expect(send.disabled).toBe(true);
		await user.type(box, '  {Shift>}{Enter}{/Shift} {Enter}');
		expect(send.disabled).toBe(true);
		expect(sent()).toEqual([]);
	});

	test('sends nothing too long, and says by how much', async () => {
		const { box, send, sent, findByText } = await compose();
		fireEvent.input(box, { target: { value: 'a'.repeat(4002) } });
		await findByText('2 characters too long');
		expect(send.disabled).toBe(true);
		await user.type(box, '{Enter}');
		expect(sent()).toEqual([]);
	});

	test('keeps what was typed over a reload, and not what was sent', async () => {
		const first = await compose();
		await user.type(first.box, 'half a sen');
		cleanup();
		const second = await compose();
		expect(second.box.value).toBe('half a sen');
		await user.type(second.box, 'tence{Enter}');
		cleanup();
		expect((await compose()).box.value).toBe('');
	});

	test('says what waits while the connection is gone, and stays usable', async () => {
		const { box, room, sent, findByText } = await compose();
		act(() => {
			room.connection.value = { state: 'reconnecting', retryAt: null };
		});
		await user.type(box, 'one{Enter}two{Enter}');
		expect(sent()).toEqual(['send one', 'send two']);
		await findByText('2 messages waiting to go out');
	});
});

test('Enter before there is an outbox keeps the text, and sends it once there is one', async () => {
	const page = await openRoom((room) => {
		room.canSend.value = false;
	});
	const box = page.getByLabelText('Message General') as HTMLTextAreaElement;
	await user.type(box, 'hello{Enter}');
	const sent = () => page.room.calls.filter((call) => call.startsWith('send'));
	expect([box.value, sent()]).toEqual(['hello', []]);
	page.room.canSend.value = true;
	await waitFor(() => expect(sent()).toEqual(['send hello']));
	expect(box.value).toBe('');
});

test('an emoji chosen by its name leaves the caret behind it at once', async () => {
	const { box, findByRole } = await compose();
	await user.type(box, 'a  end');
	box.setSelectionRange(2, 2);
	await user.keyboard(':tada');
	await findByRole('listbox', { name: 'Suggestions' });
	// Work that waits for the next frame comes too late for the next key.
	vi.stubGlobal('requestAnimationFrame', () => 0);
	await user.keyboard('{Enter}x');
	expect(box.value).toBe('a 🎉 x end');
});

test('the aids bring no text back that was sent as they came', async () => {
	const page = await openRoom();
	const text = signal('');
	// The box is drawn after the signal has changed.
	const box = document.createElement('textarea');
	box.value = 'hello';
	const write = vi.fn();
	render(<ComposerAids room={page.room} box={{ current: box }} text={text} write={write} />);
	await act(() => {});
	expect(write).not.toHaveBeenCalled();
	expect(text.value).toBe('');
});
