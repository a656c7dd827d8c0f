import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { editing } from './editing';

const button = '.message .act';

/** The message whose menu is open, and the button that opened it. `at` is null for a touch. */
export interface Opened {
	readonly key: string;
	readonly at: Element | null;
}

/**
 * The ways to open a message's menu. A pointer presses its button; a finger taps the message,
 * short or long. With keys, one of the buttons is a tab stop (at first the last one), and up and
 * down move to the others. Up in an empty box edits one's last message.
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
	// The newest message becomes the tab stop, unless the focus is on one of the buttons.
	useEffect(() => {
		if (document.activeElement?.matches(button)) return;
		const all = document.querySelectorAll<HTMLElement>(button);
		makeStop(all[all.length - 1]);
	}, [room.entries.value.at(-1)?.seq]);
}

/** Whether a finger taps a message and not a link, a button or another part that uses the tap. */
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

/** One's last editable message. */
function lastOf(room: Room): Entry | undefined {
	if (!room.canChange.peek() || editing.peek() !== null) return undefined;
	return room.entries
		.peek()
		.findLast(({ uid, seq, deleted }) => uid === room.me.uid && seq !== undefined && !deleted);
}

/** Moves the focus from a message's button to another's. Returns false for any other key. */
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

/** Makes one of the buttons the tab stop. */
function makeStop(wanted: HTMLElement | undefined): void {
	if (!wanted) return;
	for (const one of document.querySelectorAll<HTMLElement>(`${button}[tabindex="0"]`))
		one.tabIndex = -1;
	wanted.tabIndex = 0;
}
