import type { Entry, Person, Reaction } from './client';

/**
 * Confirmed entries with the changes from the outbox on them, as if those were in the log. Of a
 * change that failed only an edit's text is shown, so that it is not lost.
 */
export function overlay(
	confirmed: readonly Entry[],
	outbox: readonly Entry[],
	me: Person,
): readonly Entry[] {
	const changes = outbox.filter(({ target }) => target !== undefined);
	if (changes.length === 0) return confirmed;
	const targets = new Set(changes.map(({ target }) => target));
	return confirmed.map((entry) => {
		if (!targets.has(entry.seq)) return entry;
		const own = changes.filter(({ target }) => target === entry.seq);
		const change = own.find(({ state }) => state !== 'pending') ?? own.at(-1);
		const over = own.reduce((shown, one) => changed(shown, one, me), entry);
		return change ? { ...over, change } : over;
	});
}

function changed(entry: Entry, { kind, text, state }: Entry, me: Person): Entry {
	if (entry.deleted) return entry;
	if (kind === 'edit') return { ...entry, text, edited: true };
	if (state !== 'pending') return entry;
	if (kind === 'react') return { ...entry, reactions: reacted(entry.reactions ?? [], text, me) };
	const { reactions, edited, ...bare } = entry;
	return { ...bare, text: '', deleted: true };
}

/** Reactions with mine being this sign; '' takes it back. */
function reacted(reactions: readonly Reaction[], sign: string, me: Person): Reaction[] {
	const others = reactions
		.map(({ sign, people }) => ({ sign, people: people.filter(({ uid }) => uid !== me.uid) }))
		.filter((r) => r.people.length > 0 || r.sign === sign);
	if (sign === '') return others;
	if (!others.some((r) => r.sign === sign)) return [...others, { sign, people: [me] }];
	return others.map((r) => (r.sign === sign ? { sign, people: [...r.people, me] } : r));
}
