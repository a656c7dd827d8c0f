import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Room } from '../client/client';
import { Typing } from '../people/typing';
import { t } from '../text/i18n';
import { complete, withEmoji } from './completion';
import { EmojiPalette } from './emoji-palette';
import { left } from './text';

interface Props {
	room: Room;
	box: RefObject<HTMLTextAreaElement | null>;
	text: Signal<string>;
	write: (text: string) => void;
}

/** The aids for writing: suggested names and emoji, and the number of characters left. */
export function ComposerAids({ room, box, text, write }: Props) {
	useLayoutEffect(() => {
		if (box.current) grow(box.current);
	}, [text.value]);

	/** Replaces the text between `from` and the caret. */
	function insert(from: number, what: string) {
		const area = box.current;
		if (!area) return;
		area.focus();
		putBefore(area, area.value.slice(0, from) + what);
		write(area.value);
	}

	useEffect(() => {
		const area = box.current;
		if (!area) return;
		const name = () => {
			const before = area.value.slice(0, area.selectionEnd);
			const named = withEmoji(before);
			if (named !== before) putBefore(area, named);
		};
		// The box may have text from before this view was loaded. A text that was just sent
		// stands there until the box is drawn: it must not come back.
		if (area.value === text.peek()) {
			name();
			if (area.value !== text.peek()) write(area.value);
		}
		const onInput = (event: Event) => {
			if (!(event instanceof InputEvent && event.isComposing)) name();
		};
		// In the capture phase, before the composer reads the box, so its text and the box never differ.
		area.addEventListener('input', onInput, { capture: true });
		return () => area.removeEventListener('input', onInput, { capture: true });
	}, []);

	return (
		<>
			<Completions {...{ room, box, text, insert }} />
			<EmojiPalette onPick={(what) => insert(box.current?.selectionEnd ?? 0, what)} />
			<Limits room={room} text={text.value} />
			<Typing room={room} text={text} />
		</>
	);
}

interface CompletionProps extends Omit<Props, 'write'> {
	insert: (from: number, what: string) => void;
}

/** The list above the box while one types `@name` or `:name`. The box keeps the focus. */
function Completions({ room, box, text, insert }: CompletionProps) {
	const at = useSignal(0);
	const closed = useSignal<string | null>(null);
	const caret = box.current?.selectionEnd ?? text.value.length;
	const before = text.value.slice(0, caret);
	const others = room.online.value.filter(({ uid }) => uid !== room.me.uid);
	const found =
		closed.value === text.value
			? null
			: complete(
					before,
					others.map(({ name }) => name),
				);
	const offers = found?.offers ?? [];
	const chosen = offers[at.value % Math.max(1, offers.length)];

	useEffect(() => {
		at.value = 0;
	}, [text.value]);

	useOfferKeys(box, found && offers.length, at, (key) => {
		if (key === 'Escape') closed.value = text.value;
		else if (found && chosen) insert(found.from, chosen.text);
	});

	if (!found) return null;
	return (
		<div class="offers" id="offers" role="listbox" aria-label={t('composer.offers')}>
			{offers.map((offer, i) => (
				<div
					key={offer.label}
					id={`offer-${i}`}
					role="option"
					tabIndex={-1}
					aria-selected={offer === chosen}
					// On pointer down, before the box loses the focus.
					onPointerDown={(event) => {
						event.preventDefault();
						insert(found.from, offer.text);
					}}
				>
					<bdi>{offer.label}</bdi>
				</div>
			))}
		</div>
	);
}

/**
 * Handles the list's keys while it has `count` offers: the arrows move `at`; Escape, Tab and
 * Enter go to `act`. No other listener gets these keys.
 */
function useOfferKeys(
	box: RefObject<HTMLTextAreaElement | null>,
	count: number | null,
	at: Signal<number>,
	act: (key: string) => void,
): void {
	useLayoutEffect(() => {
		const area = box.current;
		if (!area || !count) return;
		const onKeyDown = (event: KeyboardEvent) => {
			const { key, shiftKey } = event;
			if (event.isComposing) return;
			const step = { ArrowDown: 1, ArrowUp: count - 1 }[key];
			if (step !== undefined) at.value = (at.value + step) % count;
			else if (key === 'Escape' || ((key === 'Tab' || key === 'Enter') && !shiftKey)) act(key);
			else return;
			event.preventDefault();
			event.stopImmediatePropagation();
		};
		area.setAttribute('aria-activedescendant', `offer-${at.value % count}`);
		area.setAttribute('aria-controls', 'offers');
		area.addEventListener('keydown', onKeyDown, { capture: true });
		return () => {
			area.removeAttribute('aria-activedescendant');
			area.removeAttribute('aria-controls');
			area.removeEventListener('keydown', onKeyDown, { capture: true });
		};
	});
}

/** The number of characters left, near the limit, or the seconds that the server makes us wait. */
function Limits({ room, text }: { room: Room; text: string }) {
	const rest = left(text);
	const until = room.entries.value.find(({ notBefore }) => notBefore)?.notBefore;
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		if (until === undefined) return;
		setNow(Date.now());
		const timer = setInterval(() => setNow(Date.now()), 500);
		return () => clearInterval(timer);
	}, [until]);
	const seconds = until === undefined ? 0 : Math.ceil((until - now) / 1000);
	return (
		<p class="limits" role="status">
			{seconds > 0
				? t('composer.rateLimited', { n: seconds })
				: rest >= 0 && rest <= 200 && t('composer.left', { n: rest })}
		</p>
	);
}

/** Makes the box grow with its text in browsers without field-sizing. */
function grow(box: HTMLTextAreaElement): void {
	if (globalThis.CSS?.supports?.('field-sizing', 'content')) return;
	box.style.height = 'auto';
	box.style.height = `${box.scrollHeight}px`;
}

/** Changes the text before the caret at once, so the next typed character lands in the right place. */
function putBefore(area: HTMLTextAreaElement, before: string): void {
	area.value = before + area.value.slice(area.selectionEnd);
	area.setSelectionRange(before.length, before.length);
}
