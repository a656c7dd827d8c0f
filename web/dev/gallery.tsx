/**
 * Shows the page in any of its states, without a server: /dev/gallery.html?state=history
 * under `npx vite`. It is not part of the built page.
 */
import { render } from 'preact';
import { App, RoomView } from '../src/app/app';
import { chooseLanguage, isLanguage, watchLanguage } from '../src/app/language';
import { ChatError, type Entry } from '../src/client/client';
import { keep } from '../src/log/last-messages';
import { fetchRest } from '../src/ui/lazy';
import { Visit } from '../src/visit/visit';
import { FakeAddress, FakeApi } from '../test/api';
import { people, talk } from '../test/conversation';
import { FakeRoom, said, session, written } from '../test/room';
import '../src/app/index.css';

const everybody = Object.values(people);
const inRoom = '/General/?username=Ann';

/** For each state its address, and the changes to the room. */
const states: Record<string, [address: string, set: (room: FakeRoom) => void]> = {
	home: ['/', () => {}],
	errors: ['/?room=%20&username=A', () => {}],
	taken: ['/General/?username=Taken', () => {}],
	invalid: ['/General/?username=A', () => {}],
	ask: ['/?room=General', () => {}],
	become: ['/General/?username=Bob', () => {}],
	unreachable: ['/', () => {}],
	history: [inRoom, history],
	long: [
		inRoom,
		(room) => {
			const base = talk(new Date());
			const more = Array.from({ length: 60 }, (_, i) =>
				said(
					people.chidi,
					100 + i,
					new Date(Date.now() - (60 - i) * 60_000).toISOString(),
					`Message ${i}`,
				),
			);
			history(room);
			room.hasOlder.value = true;
			room.entries.value = more;
			room.older = base;
			Object.assign(globalThis, { room, said, people });
		},
	],
	marks: [
		inRoom,
		(room) => {
			history(room);
			const at = new Date().toISOString();
			const texts = [
				'**Booked** and *paid*, ~~tomorrow~~ today. @Ann: `sort -u`, see https://example.org/a_(b).',
				'> Is the hall booked for Thursday?\nYes, until **18:00**.',
				'This drops the doubles:\n```\nsort -u guests.csv \\\n  | grep -v "^#" > print.csv and a long line that scrolls by itself\n```\nand prints.',
				'🎈🎈',
			];
			room.add(...texts.map((text, i) => said(people.bo, 200 + i, at, text)));
			room.add(
				said(people.ann, 300, at, 'Mine: `code`, a [link](x) https://example.org and\n> a quote'),
			);
		},
	],
	changes: [inRoom, changes],
	typing: [
		inRoom,
		(room) => {
			history(room);
			setTimeout(() => {
				room.typing.value = people.dana;
			}, 300);
		},
	],
	fresh: [
		inRoom,
		(room) => {
			history(room);
			localStorage.setItem('pc.seen.general', '8');
		},
	],
	huge: [inRoom, huge],
	undelivered: [inRoom, undelivered],
	reconnecting: [
		inRoom,
		(room) => {
			undelivered(room);
			room.connection.value = { state: 'reconnecting', retryAt: Date.now() + 5500 };
		},
	],
	polling: [
		inRoom,
		(room) => {
			history(room);
			room.connection.value = { state: 'polling', everySeconds: 3 };
		},
	],
	offline: [
		inRoom,
		(room) => {
			room.phase.value = 'loading';
			room.onlineCount.value = null;
			room.connection.value = { state: 'reconnecting', retryAt: Date.now() + 8000 };
		},
	],
	empty: [inRoom, () => {}],
	loading: [
		inRoom,
		(room) => {
			room.phase.value = 'loading';
			room.onlineCount.value = null;
			room.connection.value = { state: 'connecting' };
		},
	],
	failed: [
		inRoom,
		(room) => {
			room.phase.value = 'failed';
			room.onlineCount.value = null;
			room.connection.value = { state: 'reconnecting', retryAt: Date.now() + 5000 };
		},
	],
	names: [
		'/%3Cb%3Ebold%3C%2Fb%3E%20and%20a%20name%20of%20sixty%20characters%20that%20goes%20on%20and%20on/?username=Ann',
		history,
	],
};

/** 10,000 messages in pages of 50. */
function huge(room: FakeRoom): void {
	const all = Array.from({ length: 10_000 }, (_, i) =>
		said(
			everybody[Math.floor(i / 3) % everybody.length] ?? people.bo,
			i + 1,
			new Date(Date.now() - (10_000 - i) * 60_000).toISOString(),
			i % 7 === 0
				? `Message ${i} with **marks**, a https://example.org/${i} and more words`
				: `m ${i}`,
		),
	);
	let from = all.length - 50;
	room.entries.value = all.slice(from);
	room.hasOlder.value = true;
	room.loadOlder = async () => {
		room.loadingOlder.value = true;
		await new Promise((resolve) => setTimeout(resolve, 20));
		from = Math.max(0, from - 50);
		room.entries.value = all.slice(from);
		room.hasOlder.value = from > 0;
		room.loadingOlder.value = false;
	};
}

function history(room: FakeRoom): void {
	room.entries.value = talk(new Date());
	room.online.value = everybody;
	room.onlineCount.value = everybody.length;
}

/** Messages with edits, deletions and reactions, in the log and still pending. */
function changes(room: FakeRoom): void {
	history(room);
	const { ann, bo, dana, priya } = people;
	const set = (seq: number, change: Partial<Entry>) => {
		room.entries.value = room.entries.value.map((entry) =>
			entry.seq === seq ? { ...entry, ...change } : entry,
		);
	};
	const thumbs = { sign: '👍', people: [bo, dana] };
	const party = { sign: '🎉', people: [ann, priya, bo] };
	set(5, { reactions: [thumbs, party] });
	set(8, { edited: true, reactions: [{ sign: '❤️', people: [ann] }] });
	set(10, { reactions: [{ sign: '👀', people: [dana] }] });
	set(12, { deleted: true, text: '' });
	room.add({
		...said(ann, 20, new Date().toISOString(), 'Labels and tape are packed.'),
		edited: true,
	});
	const change = { ...written(ann, 'x', 'See you at eight.', 'failed'), kind: 'edit', target: 21 };
	room.add({
		...said(ann, 21, new Date().toISOString(), 'See you at eight.'),
		edited: true,
		change,
	});
	const saving = { ...change, state: 'pending' } as const;
	room.add({
		...said(ann, 22, new Date().toISOString(), 'At the hall.'),
		edited: true,
		change: saving,
	});
}

function undelivered(room: FakeRoom): void {
	history(room);
	room.add(
		written(
			people.ann,
			'f',
			'Can somebody bring the long extension lead? The one from last year, on the orange reel.',
			'failed',
		),
		written(people.ann, 'w', 'Still there after a day.', 'waiting'),
		written(people.ann, 'p', 'And tape!', 'pending'),
	);
}

const name = new URLSearchParams(location.search).get('state') ?? 'history';
const [address, set] = states[name] ?? states.history ?? ['/', () => {}];
const known = address.includes('/?username=Ann') || name === 'become';
const api = new FakeApi(
	known ? session('Ann') : null,
	['Taken'],
	['General', 'Book club', 'Thursday setup'],
);
if (name === 'unreachable') api.refusal = new ChatError('offline', 'offline', true);

const services = {
	api,
	openRoom: (title: string) => {
		const room = new FakeRoom(title, { ...session('Ann'), uid: people.ann.uid });
		set(room);
		return room;
	},
};
const place = new FakeAddress(address);
const visit = new Visit(services, place, place);
localStorage.clear();
const lang = new URLSearchParams(location.search).get('lang') ?? 'en';
if (isLanguage(lang)) await chooseLanguage(lang);
watchLanguage();
const root = document.getElementById('app');
if (root) render(<App visit={visit} services={services} />, root);
if (name === 'offline') {
	const at = new Date().toISOString();
	await keep(people.ann.uid, 'General', { title: 'General', at, entries: talk(new Date()) });
}
await visit.begin();
await RoomView.fetch();
await fetchRest();
document.body.dataset.ready = '';
