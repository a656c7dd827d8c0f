import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeServer } from '../../test/client/fake-server';
import type { Entry } from './client';
import { Fold } from './fold';
import type { Message } from './wire';

const at = '2026-11-24T10:00:00.000Z';
const row = (seq: number, part: Partial<Message> = {}): Message => ({
	seq,
	kind: 'message',
	cid: `c${seq}`,
	uid: 'u_ann',
	name: 'Ann',
	text: `text ${seq}`,
	at,
	...part,
});
const edit = (seq: number, target: number, text: string, uid = 'u_ann') =>
	row(seq, { kind: 'edit', target, text, uid });
const remove = (seq: number, target: number, uid = 'u_ann') =>
	row(seq, { kind: 'delete', target, text: '', uid });
const react = (seq: number, target: number, text: string, uid: string) =>
	row(seq, { kind: 'react', target, text, uid, name: uid.slice(2) });

/** The entries that are shown when rows are taken in this order. */
function folded(rows: Message[], taken = rows): Entry[] {
	const fold = new Fold();
	for (const one of taken) fold.take([one]);
	return fold.entries([...rows].sort((a, b) => a.seq - b.seq));
}

const shown = ({ text, edited = false, deleted = false, reactions = [] }: Entry) => ({
	text,
	edited,
	deleted,
	reactions: reactions.map(({ sign, people }) => `${sign} ${people.map(({ name }) => name)}`),
});
const plain = { edited: false, deleted: false, reactions: [] };

describe('a change', () => {
	it.each<[string, Message[], object]>([
		['edit', [edit(2, 1, 'new')], { ...plain, text: 'new', edited: true }],
		['later edit', [edit(2, 1, 'b'), edit(3, 1, 'c')], { ...plain, text: 'c', edited: true }],
		['edit by another', [edit(2, 1, 'no', 'u_bob')], { ...plain, text: 'text 1' }],
		['deletion', [remove(2, 1)], { ...plain, text: '', deleted: true }],
		['deletion by another', [remove(2, 1, 'u_bob')], { ...plain, text: 'text 1' }],
		[
			'deletion, then an edit',
			[remove(2, 1), edit(3, 1, 'no')],
			{ ...plain, text: '', deleted: true },
		],
		['emptied edit', [edit(2, 1, '')], { ...plain, text: 'text 1' }],
		[
			'reactions',
			[react(2, 1, '👍', 'u_bo'), react(3, 1, '🎉', 'u_cy'), react(4, 1, '👍', 'u_di')],
			{ ...plain, text: 'text 1', reactions: ['👍 bo,di', '🎉 cy'] },
		],
		[
			'another sign of the same person, and one taken back',
			[
				react(2, 1, '👍', 'u_bo'),
				react(3, 1, '🎉', 'u_bo'),
				react(4, 1, '👀', 'u_cy'),
				react(5, 1, '', 'u_cy'),
			],
			{ ...plain, text: 'text 1', reactions: ['🎉 bo'] },
		],
		[
			'reaction to a deleted one',
			[react(2, 1, '👍', 'u_bo'), remove(3, 1)],
			{ ...plain, text: '', deleted: true },
		],
		[
			'change of an unknown kind',
			[row(2, { kind: 'pin', target: 1 })],
			{ ...plain, text: 'text 1' },
		],
	])('%s', (_, changes, want) => {
		const rows = [row(1), ...changes];
		expect(folded(rows).map(shown)).toEqual([want]);
		expect(folded(rows, [...rows].reverse()).map(shown)).toEqual([want]);
		expect(folded(rows, [...rows, ...rows]).map(shown)).toEqual([want]);
	});

	it('of a row that already has it changes nothing', () => {
		const rows = [row(1, { text: 'c', edited: 3 }), edit(2, 1, 'b'), edit(3, 1, 'c')];
		expect(folded(rows).map(shown)).toEqual([{ ...plain, text: 'c', edited: true }]);
		expect(folded(rows.slice(0, 2)).map(shown)).toEqual([{ ...plain, text: 'c', edited: true }]);
		expect(folded([row(1, { text: 'c', edited: 3 })]).map(shown)).toEqual([
			{ ...plain, text: 'c', edited: true },
		]);
		expect(folded([row(1, { text: '', deleted: 9 })]).map(shown)).toEqual([
			{ ...plain, text: '', deleted: true },
		]);
	});

	it('of what is not a message shows nothing', () => {
		const rows = [row(1), edit(2, 1, 'b'), react(3, 2, '👍', 'u_bo'), edit(4, 99, 'nowhere')];
		expect(folded(rows).map(shown)).toEqual([{ ...plain, text: 'b', edited: true }]);
	});

	it('makes a new entry of its message, and of no other', () => {
		const fold = new Fold();
		const rows = [row(1), row(2)];
		fold.take(rows);
		const before = fold.entries(rows);
		expect(fold.entries(rows)).toEqual(before);
		fold.take([edit(3, 2, 'new')]);
		const after = fold.entries([...rows, edit(3, 2, 'new')]);
		expect(after[0]).toBe(before[0]);
		expect(after[1]).not.toBe(before[1]);
	});

	it('is forgotten with its log', () => {
		const fold = new Fold();
		fold.take([edit(2, 1, 'old')]);
		fold.clear();
		expect(fold.entries([row(1)]).map(shown)).toEqual([{ ...plain, text: 'text 1' }]);
	});
});

const uids = ['u_ann', 'u_bob', 'u_cyd'];
const deed = fc.record({
	by: fc.constantFrom(...uids),
	kind: fc.constantFrom('message', 'message', 'edit', 'delete', 'react', 'react', 'other'),
	target: fc.nat(30),
	text: fc.constantFrom('one', 'two', '👍', '🎉', ''),
});

/** The log after each deed, as the server would give it at that time. */
function logsOf(deeds: readonly { by: string; kind: string; target: number; text: string }[]) {
	const server = new FakeServer();
	const logs: Message[][] = [[]];
	for (const { by, kind, target, text } of deeds) {
		const last = server.head;
		const about = kind === 'message' || last === 0 ? {} : { target: 1 + (target % last) };
		const own = server.log[(about.target ?? 0) - 1];
		// No log holds what the server refuses. Changes by strangers are in it all the same: they must
		// be ignored.
		const words = kind === 'delete' ? '' : kind === 'react' ? text : text || 'words';
		if (kind !== 'message' && (last === 0 || own?.deleted)) continue;
		server.append({ uid: by, name: by.slice(2), cid: `c${last}`, kind, ...about, text: words });
		const added = server.log.at(-1);
		if (added && own?.kind === 'message' && own.uid === by) server.amend(added);
		logs.push([...server.log]);
	}
	return logs;
}

/** The view of a page that has the whole log, computed from the deeds alone. */
function want(logs: Message[][], from: number) {
	const first = logs.map((log) => log.at(-1)).filter((m) => m !== undefined);
	return first
		.filter(({ seq, kind }) => seq > from && kind === 'message')
		.map((m) => {
			const about = first.filter(({ target }) => target === m.seq);
			const mine = about.filter(({ uid }) => uid === m.uid);
			if (mine.some(({ kind }) => kind === 'delete')) return { ...plain, text: '', deleted: true };
			const edits = mine.filter(({ kind }) => kind === 'edit');
			const last = uids
				.map((uid) => about.filter((r) => r.kind === 'react' && r.uid === uid).at(-1))
				.filter((r) => r !== undefined && r.text !== '')
				.sort((a, b) => (a?.seq ?? 0) - (b?.seq ?? 0));
			const signs = [...new Set(last.map((r) => r?.text))];
			return {
				text: edits.at(-1)?.text ?? m.text,
				edited: edits.length > 0,
				deleted: false,
				reactions: signs.map(
					(sign) => `${sign} ${last.filter((r) => r?.text === sign).map((r) => r?.name)}`,
				),
			};
		});
}

it('comes to the same view, however rows were pushed, resumed and loaded in pages', () => {
	fc.assert(
		fc.property(
			fc.array(deed, { minLength: 1, maxLength: 40 }),
			fc.infiniteStream(fc.nat(1000)),
			(deeds, chance) => {
				const logs = logsOf(deeds);
				const end = logs.length - 1;
				const upTo = (n: number) => (chance.next().value ?? 0) % (n + 1);
				const fold = new Fold();
				/** A page knows the rows from `low` to `high`; it joined when the log had `high` rows. */
				let high = upTo(end);
				let low = upTo(high);
				let now = high;
				let rows = (logs[now] ?? []).slice(low, high);
				fold.take(rows);
				fold.entries(rows);
				while (high < end || (low > 0 && upTo(9) > 0)) {
					now = Math.max(now, high) + upTo(end - Math.max(now, high));
					const log = logs[now] ?? [];
					const older = upTo(1) === 0 && low > 0;
					const step = 1 + upTo(5);
					// A push has the row as it was when it was new; a read has it as it is at that time.
					const pushed = upTo(1) === 0 ? logs[high + 1]?.slice(high) : undefined;
					const page = older
						? log.slice(Math.max(0, low - step), low)
						: (pushed ?? log.slice(high, high + step));
					rows = older ? [...page, ...rows] : [...rows, ...page];
					if (older) low -= page.length;
					else high += page.length;
					if (!older && page.length === 0) now = end;
					fold.take(page);
					fold.entries(rows);
				}
				expect(fold.entries(rows).map(shown)).toEqual(want(logs, low));
			},
		),
		{ numRuns: 500 },
	);
});
