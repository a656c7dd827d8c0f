import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { editing } from './editing';

const button = '.message .act';

/** The message whose menu is open, and what it opened at; null where a finger did. */
export interface Opened {
	readonly key: string;
	readonly at: Element | null;
}

/**
 * How a message's menu is opened. By pointer: its button; a finger on the message, short or
 * long. By keys: one of the buttons is a tab stop (the last, at first), up and down go to the
 * others. And up in an empty box edits one's last message.
 */
export function useMessageKeys(
	room: Room,
	open: Signal<Opened | null>,
	edit: (entry: Entry) => void,
): void {
	useEffect(() => {
		const show = (message: Element | null | undefined, at: Element | null) => {
			const key = message?.getAttribute('data-key');
			if (key && message?.querySelector(button)) open.value = { key, at };
		};
		const onClick = ({ target }: Event) => {
			if (!(target instanceof Element)) return;
			const own = target.closest(button);
			if (own) show(own.closest('li'), own);
			else if (isTap(target)) show(target.closest('li'), null);
		};
		const onContextMenu = (event: MouseEvent) => {
			if (!(event.target instanceof Element)) return;
			const own = event.target.closest(button);
			if (!own && !isTap(event.target)) return;
			event.preventDefault();
			show(event.target.closest('li'), own);
		};
		const onKeyDown = (event: KeyboardEvent) => {
			const last = wantsEdit(event) ? lastOf(room) : undefined;
			if (last) edit(last);
			else if (!walk(event)) return;
			event.preventDefault();
		};
		document.addEventListener('click', onClick);
		document.addEventListener('contextmenu', onContextMenu);
		document.addEventListener('keydown', onKeyDown);
		return () => {
			document.removeEventListener('click', onClick);
			document.removeEventListener('contextmenu', onContextMenu);
			document.removeEventListener('keydown', onKeyDown);
		};
	}, [room]);
	useEffect(() => {
		const all = document.querySelectorAll<HTMLElement>(button);
		if (![...all].some((one) => one.tabIndex === 0)) makeStop(all[all.length - 1]);
	}, [room.entries.value]);
	// A new message is the place to begin, unless one is among them.
	useEffect(() => {
		if (document.activeElement?.matches(button)) return;
		const all = document.querySelectorAll<HTMLElement>(button);
		makeStop(all[all.length - 1]);
	}, [room.entries.value.at(-1)?.seq]);
}

/** A finger on a message, where nothing in it wants the press for itself. */
function isTap(target: Element): boolean {
	return (
		matchMedia('(pointer: coarse)').matches &&
		target.closest('.message .bubble') !== null &&
		target.closest('a, button, .fence, .editor') === null &&
		(getSelection()?.isCollapsed ?? true)
	);
}

function wantsEdit({
	key,
	target,
	isComposing,
	shiftKey,
	altKey,
	ctrlKey,
	metaKey,
}: KeyboardEvent) {
	if (key !== 'ArrowUp' || isComposing || shiftKey || altKey || ctrlKey || metaKey) return false;
	return target instanceof HTMLTextAreaElement && target.id === 'message' && target.value === '';
}

/** One's last message that can be edited. */
function lastOf(room: Room): Entry | undefined {
	if (!room.canChange.peek() || editing.peek() !== null) return undefined;
	return room.entries
		.peek()
		.findLast(({ uid, seq, deleted }) => uid === room.me.uid && seq !== undefined && !deleted);
}

/** Goes from a message's button to another's; false for any other key. */
function walk({ key, target }: KeyboardEvent): boolean {
	if (!(target instanceof HTMLElement) || !target.matches(button)) return false;
	const all = [...document.querySelectorAll<HTMLElement>(button)];
	const at = all.indexOf(target);
	const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[key];
	if (to === undefined) return false;
	const next = all[to];
	if (next) makeStop(next);
	next?.focus();
	return true;
}

/** The one among the buttons that Tab comes to. */
function makeStop(wanted: HTMLElement | undefined): void {
	if (!wanted) return;
	for (const one of document.querySelectorAll<HTMLElement>(`${button}[tabindex="0"]`))
		one.tabIndex = -1;
	wanted.tabIndex = 0;
}
