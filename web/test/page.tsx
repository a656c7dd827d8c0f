import { configure, render } from '@testing-library/preact';
import { App } from '../src/app/app';
import type { Session } from '../src/client/client';
import { fetchRest } from '../src/ui/lazy';
import { Visit } from '../src/visit/visit';
import { FakeAddress, FakeApi } from './api';
import { FakeRoom, session } from './room';

// Long, so a busy machine fails no test.
configure({ asyncUtilTimeout: 10_000 });

interface Setup {
	api?: FakeApi;
	/** Changes a room as it opens. */
	room?: (room: FakeRoom) => void;
}

/** The whole page at an address, on fakes. The promise resolves when the page has settled. */
export async function open(address: string, { api = new FakeApi(), room: set }: Setup = {}) {
	await fetchRest();
	const place = new FakeAddress(address);
	const rooms: FakeRoom[] = [];
	const services = {
		api,
		openRoom: (name: string, me: Session) => {
			const room = new FakeRoom(name, me);
			set?.(room);
			rooms.push(room);
			return room;
		},
	};
	const visit = new Visit(services, place, place);
	const page = render(<App visit={visit} services={services} />);
	await visit.begin();
	return { ...page, visit, place, rooms, api };
}

/** The page in the room General, as Ann. */
export async function openRoom(set?: (room: FakeRoom) => void) {
	const page = await open('/General/?username=Ann', {
		api: new FakeApi(session('Ann')),
		...(set && { room: set }),
	});
	await page.findByRole('heading', { level: 1 });
	const [room] = page.rooms;
	if (!room) throw new Error('no room was opened');
	return { ...page, room };
}
