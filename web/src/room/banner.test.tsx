// @vitest-environment happy-dom
import { act, fireEvent, render } from '@testing-library/preact';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeRoom, session } from '../../test/room';
import type { Connection } from '../client/client';
import { speakOn } from '../text/i18n';
import { Banner } from './banner';

beforeAll(speakOn);
beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function banner() {
	const room = new FakeRoom('General', session('Ann'));
	const page = render(<Banner room={room} />);
	const become = (connection: Connection) =>
		act(() => {
			room.connection.value = connection;
		});
	const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
	const says = () => page.getByRole('status').textContent;
	return { ...page, room, become, pass, says };
}

describe('the banner', () => {
	test('is empty while all is well', () => {
		expect(banner().says()).toBe('');
	});

	test('speaks after a second of trouble and counts down', async () => {
		const { become, pass, says, room, getByRole } = banner();
		await become({ state: 'reconnecting', retryAt: Date.now() + 5000 });
		await pass(900);
		expect(says()).toBe('');
		await pass(200);
		expect(says()).toBe('Reconnecting… retrying in 4 s');
		await pass(2000);
		expect(says()).toBe('Reconnecting… retrying in 2 s');
		fireEvent.click(getByRole('button', { name: 'Retry now' }));
		expect(room.calls).toEqual(['retryNow']);
	});

	test('counts trouble from its beginning, however often the state changes', async () => {
		const { become, pass, says } = banner();
		for (let i = 0; i < 3; i++) {
			await become({ state: 'reconnecting', retryAt: null });
			await pass(400);
		}
		expect(says()).toBe('Reconnecting… ');
	});

	test('says nothing of a short cut', async () => {
		const { become, pass, says } = banner();
		await become({ state: 'reconnecting', retryAt: null });
		await pass(500);
		await become({ state: 'live' });
		await pass(3000);
		expect(says()).toBe('');
	});

	test('tells that it is over, and goes', async () => {
		const { become, pass, says } = banner();
		await become({ state: 'reconnecting', retryAt: null });
		await pass(1500);
		await become({ state: 'live' });
		expect(says()).toBe('Connected again ');
		await pass(2500);
		expect(says()).toBe('');
	});

	test('tells of polling until it is closed', async () => {
		const { become, says, getByRole } = banner();
		await become({ state: 'polling', everySeconds: 3 });
		expect(says()).toBe('No live connection here. Checking for new messages every 3 s. ');
		fireEvent.click(getByRole('button', { name: 'Close' }));
		await act(() => {});
		expect(says()).toBe('');
	});
});
