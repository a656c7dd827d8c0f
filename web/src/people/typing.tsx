import { type Signal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Room } from '../client/client';
import { t } from '../text/i18n';
import { type Timers, Typists, teller } from './typists';

const timers: Timers = {
	now: () => Date.now(),
	setTimeout: (run, ms) => setTimeout(run, ms),
	clearTimeout: (handle) => clearTimeout(handle as number),
};

/**
 * The people who are typing, in the row above the box. This is not a live region: it changes
 * all the time, and a screen reader reads out the message itself when it comes.
 */
export function Typing({ room, text }: { room: Room; text: Signal<string> }) {
	const typists = useMemo(() => new Typists(timers), [room]);
	useEffect(() => () => typists.clear(), [typists]);
	useSignalEffect(() => {
		const heard = room.typing.value;
		if (heard && heard.uid !== room.me.uid) typists.heard(heard);
	});
	useSpoken(room, typists);
	useTelling(room, text);
	return <p class="typing">{sentence(typists)}</p>;
}

/** Removes a person from the list when their message arrives. */
function useSpoken(room: Room, typists: Typists): void {
	const known = useRef<number | null>(null);
	useSignalEffect(() => {
		const entries = room.entries.value;
		const head = entries.findLast(({ seq }) => seq !== undefined)?.seq ?? 0;
		const before = known.current ?? head;
		known.current = Math.max(before, head);
		for (let i = entries.length - 1; i >= 0; i--) {
			const { seq = Number.POSITIVE_INFINITY, uid = '' } = entries[i] ?? {};
			if (seq <= before) return;
			typists.gone(uid);
		}
	});
}

/** Tells the others while the draft changes. An unchanged or emptied draft tells nothing. */
function useTelling(room: Room, text: Signal<string>): void {
	const tell = useMemo(() => teller(timers, () => room.type()), [room]);
	const before = useRef(text.peek());
	useSignalEffect(() => {
		const changed = text.value !== before.current && text.value !== '';
		before.current = text.value;
		if (changed) tell();
	});
}

function sentence({ people }: Typists): string {
	const [a, b, ...more] = people.value.map(({ name }) => name);
	if (a === undefined) return '';
	if (b === undefined) return t('typing.one', { a });
	if (more.length === 0) return t('typing.two', { a, b });
	return t('typing.more', { a, b, n: more.length });
}
