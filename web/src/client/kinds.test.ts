import { describe, expect, it } from 'vitest';
import { kinds } from '../../test/client/tables';
import type { Change } from './client';
import { Fold } from './fold';
import { type ClientFrame, changing, type Message, withChanges } from './wire';

const about = Object.entries(kinds.kinds).filter(([, rule]) => rule.target);
const names = (all: object) => Object.keys(all).sort();

describe('the table that the server has, too', () => {
	it('has the kinds that are about a message', () => {
		// The compiler holds this list to the type.
		const known: Record<Change, true> = { edit: true, delete: true, react: true };
		expect(names(known)).toEqual(about.map(([kind]) => kind).sort());
		expect(Object.fromEntries(changing)).toEqual(
			Object.fromEntries(about.map(([kind, rule]) => [kind, rule.overwrites])),
		);
	});

	it('has the actions of the client', () => {
		const known: Record<ClientFrame['action'], true> = {
			join: true,
			leave: true,
			send: true,
			history: true,
			ping: true,
			typing: true,
		};
		expect(names(known)).toEqual(names(kinds.actions));
	});

	it('has the revision of changes and typing', () => {
		const since = [...about.map(([, rule]) => rule.revision), kinds.actions.typing.revision];
		expect(new Set(since)).toEqual(new Set([withChanges]));
	});
});

const row = (seq: number, uid: string, part: Partial<Message>): Message => ({
	seq,
	cid: `c${seq}`,
	uid,
	name: uid,
	text: '',
	at: '2026-11-24T10:00:00.000Z',
	...part,
});
const texts: Record<string, string> = { message: 'new', reaction: '👍' };

describe.each(about)('%s', (kind, rule) => {
	it.each<[string, string, boolean]>([
		['the author', 'u_ann', true],
		['another person', 'u_bob', !rule.authorOnly],
	])('by %s changes the message or not', (_, uid, changes) => {
		const before = row(1, 'u_ann', { text: 'old' });
		const fold = new Fold();
		const plain = fold.entries([before]);
		fold.take([row(2, uid, { kind, target: 1, text: texts[rule.text] ?? '' })]);
		expect(JSON.stringify(fold.entries([before])) !== JSON.stringify(plain)).toBe(changes);
	});
});
