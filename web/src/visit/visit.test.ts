// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeAddress, FakeApi } from '../../test/api';
import { FakeRoom, session } from '../../test/room';
import { ChatError } from '../client/client';
import { loadDraft, saveDraft } from '../composer/drafts';
import { Visit } from './visit';

beforeEach(() => localStorage.clear());

/** A visit at an address. `opened` has the rooms that it opened. */
function begin(address: string, api: FakeApi) {
	const place = new FakeAddress(address);
	const opened: FakeRoom[] = [];
	const services = {
		api,
		openRoom: (name: string, me: ReturnType<typeof session>) => {
			const room = new FakeRoom(name, me);
			opened.push(room);
			return room;
		},
	};
	return { visit: new Visit(services, place, place), place, opened };
}

describe('an address', () => {
	test('without a room is the home page', async () => {
		const { visit } = begin('/', new FakeApi());
		await visit.begin();
		expect(visit.screen.value).toMatchObject({ kind: 'home', room: '', user: '' });
	});

	test.each(['/General/?username=Ann', '/?room=General&username=Ann'])(
		'with both opens the room directly, taking the name: %s',
		async (address) => {
			const api = new FakeApi();
			const { visit, opened } = begin(address, api);
			await visit.begin();
			expect(visit.screen.value).toMatchObject({ kind: 'room', name: 'General' });
			expect(opened.map((room) => room.me.name)).toEqual(['Ann']);
			expect(api.calls).toEqual(['session', 'claim Ann']);
		},
	);

	test('with the session\u2019s own name claims nothing', async () => {
		const api = new FakeApi(session('Ann'));
		const { visit, opened } = begin('/General/?username=Ann', api);
		await visit.begin();
		expect(opened).toHaveLength(1);
		expect(api.calls).toEqual(['session']);
	});

	test('without a username asks for it and keeps the room', async () => {
		const { visit, opened } = begin('/?room=General', new FakeApi(session('Ann')));
		await visit.begin();
		expect(visit.screen.value).toMatchObject({ kind: 'home', room: 'General', user: 'Ann' });
		expect(opened).toEqual([]);
	});

	test('with a name that is not allowed says so and sends nothing', async () => {
		const api = new FakeApi();
		const { visit } = begin('/General/?username=A', api);
		await visit.begin();
		expect(visit.screen.value).toMatchObject({ kind: 'home', judged: true, user: 'A' });
		expect(api.calls).toEqual(['session']);
	});

	test('with a taken name asks for another one', async () => {
		const { visit } = begin('/General/?username=Ann', new FakeApi(null, ['Ann']));
		await visit.begin();
		expect(visit.screen.value).toMatchObject({
			kind: 'home',
			room: 'General',
			refusal: { kind: 'taken', name: 'Ann' },
		});
	});

	test('with another name than the session\u2019s asks who one is', async () => {
		const { visit, opened } = begin('/General/?username=Bob', new FakeApi(session('Ann')));
		await visit.begin();
		expect(visit.screen.value).toMatchObject({ kind: 'become', other: 'Bob' });
		expect(opened).toEqual([]);
		await visit.start('General', 'Ann', 'replace');
		expect(opened.map((room) => room.me.name)).toEqual(['Ann']);
	});

	test('of a session that has lost its name takes the address\u2019s', async () => {
		const { visit, opened } = begin(
			'/General/?username=Ann',
			new FakeApi({ ...session('Ann'), name: '' }),
		);
		await visit.begin();
		expect(opened.map((room) => room.me.name)).toEqual(['Ann']);
	});
});

describe('a visit', () => {
	test('starts in a room, puts it into the address, and remembers the name', async () => {
		const { visit, place } = begin('/', new FakeApi());
		await visit.begin();
		expect(await visit.start('Book club', 'Ann')).toBeNull();
		expect(place.pathname + place.search).toBe('/Book%20club/?username=Ann');
		const later = begin('/', new FakeApi());
		await later.visit.begin();
		expect(later.visit.screen.value).toMatchObject({ kind: 'home', user: 'Ann' });
	});

	test('that has moved on is not drawn back by a name that comes late', async () => {
		const api = new FakeApi();
		const { visit, place, opened } = begin('/', api);
		await visit.begin();
		const starting = visit.start('General', 'Ann');
		await visit.visit({ room: 'Other', user: null });
		await starting;
		expect(opened).toEqual([]);
		expect(place.pathname).toBe('/Other/');
		expect(visit.session.value?.name).toBe('Ann');
	});

	test('does not open the same room twice', async () => {
		const { visit, opened } = begin('/General/?username=Ann', new FakeApi(session('Ann')));
		await visit.begin();
		await visit.arrive();
		expect(opened).toHaveLength(1);
	});

	test('closes the room on leaving it', async () => {
		const { visit, opened } = begin('/General/?username=Ann', new FakeApi(session('Ann')));
		await visit.begin();
		await visit.visit({ room: null, user: null });
		expect(opened[0]?.calls).toEqual(['close']);
		expect(visit.screen.value.kind).toBe('home');
	});

	test('logs out: room closed, name given up and forgotten, home', async () => {
		const api = new FakeApi(session('Ann'));
		const { visit, place, opened } = begin('/General/?username=Ann', api);
		await visit.begin();
		await visit.logout();
		expect(opened[0]?.calls).toEqual(['close']);
		expect(api.calls).toContain('logout');
		expect(visit.session.value).toBeNull();
		expect(visit.screen.value).toMatchObject({ kind: 'home', user: '' });
		expect(place.pathname + place.search).toBe('/');
	});

	test('logs out without an answer: nobody goes on as them, and the server hears of it later', async () => {
		const api = new FakeApi(session('Ann'));
		const { visit, place } = begin('/General/?username=Ann', api);
		await visit.begin();
		api.refusal = new ChatError('offline', '', true);
		await visit.logout();
		expect(visit.screen.value).toEqual({ kind: 'unreachable' });
		expect(place.pathname + place.search).toBe('/');
		const { visit: later } = begin('/General/?username=Ann', api);
		await later.begin();
		expect(later.screen.value).toEqual({ kind: 'unreachable' });
		api.refusal = null;
		await visit.begin();
		expect(api.current).toBeNull();
		expect(visit.screen.value).toMatchObject({ kind: 'home', user: '' });
		api.calls.length = 0;
		await visit.begin();
		expect(api.calls).toEqual(['session']);
	});

	test('logs out and leaves no draft to whoever comes next', async () => {
		const { visit } = begin('/General/?username=Ann', new FakeApi(session('Ann')));
		await visit.begin();
		saveDraft('General', 'for nobody else');
		saveDraft('Other', 'nor this');
		await visit.logout();
		expect([loadDraft('General'), loadDraft('Other')]).toEqual(['', '']);
	});

	test('that is signed out asks for a name and keeps the room', async () => {
		const api = new FakeApi(session('Ann'));
		const { visit, place, opened } = begin('/General/?username=Ann', api);
		await visit.begin();
		api.current = null;
		await visit.signedOut();
		expect(visit.screen.value).toMatchObject({ kind: 'home', room: 'General', signedOut: true });
		expect(opened[0]?.calls).toEqual(['close']);
		expect(place.pathname + place.search).toBe('/General/');
	});

	test.each<[ChatError, object]>([
		[new ChatError('bad_request', '', false), { kind: 'name', error: 'error.userRefused' }],
		[
			new ChatError('rate_limited', '', true, 7),
			{ kind: 'form', error: 'error.rateLimited', n: 7 },
		],
		[new ChatError('offline', '', true), { kind: 'form', error: 'error.offline' }],
		[new ChatError('internal', '', false), { kind: 'form', error: 'error.server' }],
	])('tells a refusal: $code', async (error, refusal) => {
		const api = new FakeApi();
		const { visit } = begin('/', api);
		await visit.begin();
		api.refusal = error;
		expect(await visit.start('General', 'Ann')).toEqual(refusal);
		expect(visit.screen.value.kind).toBe('home');
	});

	test('that cannot reach the server says so and tries again', async () => {
		const api = new FakeApi();
		api.refusal = new ChatError('offline', '', true);
		const { visit } = begin('/', api);
		await visit.begin();
		expect(visit.screen.value.kind).toBe('unreachable');
		api.refusal = null;
		await visit.begin();
		expect(visit.screen.value.kind).toBe('home');
	});
});

describe('without an answer', () => {
	const offline = () => {
		const api = new FakeApi();
		api.refusal = new ChatError('offline', '', true);
		return api;
	};
	const wasHere = async () => {
		const { visit } = begin('/General/?username=Ann', new FakeApi(session('Ann')));
		await visit.begin();
		return visit;
	};

	test.each(['/General/?username=Ann', '/'])(
		'whoever was here last goes on in their room: %s',
		async (address) => {
			await wasHere();
			const { visit, place } = begin(address, offline());
			await visit.begin();
			expect(visit.screen.value).toMatchObject({ kind: 'room', name: 'General' });
			expect(place.pathname + place.search).toBe('/General/?username=Ann');
		},
	);

	test.each(['/General/?username=Bob', '/?room=General'])(
		'nobody goes on as another: %s',
		async (address) => {
			await wasHere();
			const { visit } = begin(address, offline());
			await visit.begin();
			expect(visit.screen.value).toEqual({ kind: 'unreachable' });
		},
	);

	test('who has logged out is not remembered, nor who was signed out', async () => {
		for (const leave of ['logout', 'signedOut'] as const) {
			const first = await wasHere();
			await first[leave]();
			const { visit } = begin('/General/?username=Ann', offline());
			await visit.begin();
			expect(visit.screen.value, leave).toEqual({ kind: 'unreachable' });
		}
	});

	test('a session that is over by its date is not gone on with', async () => {
		const { visit } = begin(
			'/General/?username=Ann',
			new FakeApi({ ...session('Ann'), expires: '2020-01-01T00:00:00Z' }),
		);
		await visit.begin();
		const { visit: next } = begin('/General/?username=Ann', offline());
		await next.begin();
		expect(next.screen.value).toEqual({ kind: 'unreachable' });
	});
});
