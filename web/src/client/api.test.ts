import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeEnv, fakeEnv } from '../../test/client/fake-env';
import { FakeServer } from '../../test/client/fake-server';
import { httpApi } from './api';
import { ChatError } from './client';

const golden = (path: string) =>
	readFileSync(new URL(`../../../internal/wire/testdata/${path}`, import.meta.url), 'utf8');

let env: FakeEnv;
let asked: { path: string; init: RequestInit }[];

function answer(status: number, body: string | null, headers: Record<string, string> = {}): void {
	env.fetch = async (path, init) => {
		asked.push({ path, init });
		return new Response(body, { status, headers });
	};
}

beforeEach(() => {
	env = fakeEnv(new FakeServer());
	asked = [];
});

const refused = (code: string, more: object = {}) =>
	expect.objectContaining({ constructor: ChatError, code, ...more });

describe('the API', () => {
	it('reads the session', async () => {
		answer(200, golden('http/session.json'));
		expect(await httpApi(env).session()).toEqual(JSON.parse(golden('http/session.json')));
		expect(asked).toMatchObject([
			{
				path: '/api/session',
				init: { method: 'GET', credentials: 'same-origin', cache: 'no-store' },
			},
		]);
	});

	it('knows that there is none', async () => {
		answer(200, golden('http/session-none.json'));
		expect(await httpApi(env).session()).toBeNull();
	});

	it('claims a name as JSON', async () => {
		answer(201, golden('http/session.json'));
		expect((await httpApi(env).claim('Ann')).name).toBe('Ann');
		expect(asked[0]?.init).toMatchObject({
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: golden('http/session-request.json').trim(),
		});
	});

	it('logs out', async () => {
		answer(204, null);
		await httpApi(env).logout();
		expect(asked).toMatchObject([{ path: '/api/session', init: { method: 'DELETE' } }]);
	});

	it('lists rooms, with any query', async () => {
		answer(200, golden('http/rooms.json'));
		expect(await httpApi(env).rooms('a&b/ü')).toEqual(JSON.parse(golden('http/rooms.json')));
		await httpApi(env).rooms();
		expect(asked.map((a) => a.path)).toEqual(['/api/rooms?q=a%26b%2F%C3%BC', '/api/rooms?']);
	});

	it('reads pages', async () => {
		answer(200, golden('server/history.json'));
		const page = await httpApi(env).messages({ room: '../a', after: 0, limit: 100 });
		expect(page.messages.map((m) => m.seq)).toEqual([56, 57]);
		expect(asked[0]?.path).toBe('/api/messages?room=..%2Fa&after=0&limit=100');
	});

	it('posts a message as the golden says', async () => {
		answer(201, golden('server/sent.json'));
		const body = JSON.parse(golden('http/send-request.json'));
		expect((await httpApi(env).post(body)).seq).toBe(58);
		expect(asked[0]?.init.body).toBe(golden('http/send-request.json').trim());
	});

	it.each([
		[409, '{"code":"name_taken","message":"Taken.","temporary":false}', 'name_taken', false],
		[503, '{"code":"busy","message":"Busy.","temporary":true,"retryAfter":2}', 'busy', true],
		[418, '{"code":"teapot","message":"?","temporary":true}', 'bad_request', false],
		[429, '{"message":"Too Many Requests"}', 'rate_limited', true],
		[403, '{"message":"Forbidden"}', 'forbidden', false],
		[401, '', 'unauthorized', false],
		[413, '<html>', 'too_large', false],
		[500, '{"message":"Internal Server Error"}', 'offline', true],
		[504, '<html>', 'offline', true],
		[404, 'null', 'bad_request', false],
	])('status %d with %s is %s', async (status, body, code, temporary) => {
		answer(status, body);
		await expect(httpApi(env).session()).rejects.toEqual(refused(code, { temporary }));
	});

	it('takes retryAfter from the header, too', async () => {
		answer(429, '', { 'Retry-After': '7' });
		await expect(httpApi(env).session()).rejects.toEqual(
			refused('rate_limited', { retryAfter: 7 }),
		);
	});

	it.each(['', 'null', '{}', '<html>', '{"uid":3}', '[]'])(
		'takes %j for no answer',
		async (body) => {
			answer(200, body);
			const api = httpApi(env);
			await expect(api.session()).rejects.toEqual(refused('offline'));
			await expect(api.rooms()).rejects.toEqual(refused('offline'));
			await expect(api.messages({ room: 'r' })).rejects.toEqual(refused('offline'));
			await expect(api.post({ room: 'r', cid: 'c', text: 't' })).rejects.toEqual(
				refused('offline'),
			);
		},
	);
});

describe('without an answer', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	it('is offline at once when the network is down', async () => {
		env.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
		await expect(httpApi(env).session()).rejects.toEqual(refused('offline', { temporary: true }));
		expect(vi.getTimerCount()).toBe(0);
	});

	it('is offline after 10 s', async () => {
		env.fetch = (_path, { signal }) =>
			new Promise((_resolve, reject) => {
				signal?.addEventListener('abort', () => reject(signal.reason));
			});
		const result = expect(httpApi(env).session()).rejects.toEqual(refused('offline'));
		await vi.advanceTimersByTimeAsync(10_001);
		await result;
	});
});
