import { useComputed, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { t } from '../text/i18n';
import { Rich } from '../text/rich';
import { Icon } from '../ui/icons';
import { Bubble } from './bubble';
import { editing } from './editing';
import { found } from './found';
import { Line } from './line';
import { type Line as AnyLine, lines } from './lines';
import { inView, type Reading } from './reading';
import { isAtBottom, measure, restore, toBottom, toDivider } from './scroll';

/** The distance from the top, in px, at which the page asks for older messages: about a screen. */
const nearTop = 600;
/** The most lines that are drawn, and by how many the drawn part moves. */
const drawn = 400;
const step = 150;
/** At the end lines leave in blocks of this size: each removal moves all the other lines. */
const trimmed = 50;

type LogRef = RefObject<HTMLDivElement | null>;

interface Props {
	room: Room;
	reading: Reading;
}

/** The messages of a room, in order, and the reader's place among them. */
export function Log({ room, reading }: Props) {
	const log = useRef<HTMLDivElement>(null);
	const all = useComputed(() => lines(room.entries.value, reading.divider.value)).value;
	const span = spanOf(all, reading);
	const { atBottom, onScroll, jump } = useReading(room, reading, span, log);
	const unread = reading.unread.value.length;
	const settled = useSettled(room, reading);

	return (
		<>
			<div
				class="log"
				role="log"
				aria-label={t('log.label', { room: room.title.value })}
				aria-live={settled ? 'polite' : 'off'}
				aria-busy={!settled}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
				tabIndex={0}
				ref={log}
				onScroll={onScroll}
			>
				<ol>
					{span.from === 0 && <Top room={room} />}
					{span.shown.map((line) =>
						line.kind !== 'message' ? (
							<Line key={line.key} line={line} />
						) : (
							<Bubble
								key={line.key}
								entry={line.entry}
								first={line.first}
								room={room}
								found={found.value}
								edited={editing.value === line.key}
							/>
						),
					)}
				</ol>
			</div>
			{!atBottom && (
				<button type="button" class={unread > 0 ? 'jump new' : 'jump'} onClick={jump}>
					{unread > 0 ? (
						t('log.new', { n: unread })
					) : (
						<span class="visually-hidden">{t('log.latest')}</span>
					)}
					<Icon name="arrowDown" />
				</button>
			)}
		</>
	);
}

/** The lines that are drawn. A phone cannot draw all lines of a long log. */
interface Span {
	readonly from: number;
	/** Whether the last line is drawn. */
	readonly isEnd: boolean;
	readonly shown: readonly AnyLine[];
	/** Moves the drawn part by a number of lines. Returns false if it is already at that end. */
	move(by: number): boolean;
}

function spanOf(all: readonly AnyLine[], reading: Reading): Span {
	const key = reading.start.value;
	const at = key === undefined ? -1 : all.findIndex((line) => line.key === key);
	const over = Math.max(0, all.length - drawn);
	const end = Math.ceil(over / trimmed) * trimmed;
	const from = at < 0 ? end : Math.min(at, end);
	return {
		from,
		isEnd: from === end,
		shown: all.slice(from, from + drawn),
		move(by) {
			const to = Math.min(end, Math.max(0, from + by));
			reading.start.value = to === end ? undefined : all[to]?.key;
			return to !== from;
		},
	};
}

/** The line above the first message: a button for older ones, or the room's beginning. */
function Top({ room }: { room: Room }) {
	if (room.hasOlder.value) {
		const loading = room.loadingOlder.value;
		return (
			<li class="older">
				<button type="button" class="quiet" aria-disabled={loading} onClick={() => older(room)}>
					{t(loading ? 'log.loadingOlder' : 'log.older')}
				</button>
			</li>
		);
	}
	return (
		<li class="beginning">
			<strong>
				<Rich of="log.beginning" with={{ room: room.title.value }} />
			</strong>
			<span>{t('log.beginningNote')}</span>
		</li>
	);
}

/** Asks for older messages, one request at a time. After a failure, scrolling or the button asks again. */
function older(room: Room): void {
	if (room.hasOlder.value && !room.loadingOlder.value) room.loadOlder().catch(() => {});
}

/** Keeps the reader's place through every change, and reports when the reader has seen everything. */
function useReading(room: Room, reading: Reading, span: Span, log: LogRef) {
	const [atBottom, setAtBottom] = useState(true);
	/** The same as atBottom, for code that runs between two renders. */
	const stuck = useRef(true);
	const top = useRef(Number.POSITIVE_INFINITY);
	/** Whether the last line was among the lines drawn until now. */
	const wasEnd = useRef(true);
	const down = useRef(false);

	// The reader's place until now. It must be measured before the children are drawn.
	const before = log.current ? measure(log.current, wasEnd.current) : null;
	const mine = useRef<string | undefined>(undefined);
	const written = unsent(room);
	const filled = useRef<readonly Entry[] | null>(null);

	function settle() {
		if (!log.current) return;
		// A reader who was at the bottom and has not scrolled up is still there: only the content grew.
		const stays = stuck.current && log.current.scrollTop >= top.current;
		top.current = log.current.scrollTop;
		stuck.current = span.isEnd && (stays || isAtBottom(log.current));
		if (stuck.current) reading.caughtUp(room.entries.peek());
		setAtBottom(stuck.current);
	}

	useLayoutEffect(() => {
		if (!log.current) return;
		const spoke = written !== undefined && written !== mine.current;
		mine.current = written ?? mine.current;
		wasEnd.current = span.isEnd;
		if (spoke) return jump();
		if (down.current || !before) toBottom(log.current);
		if (!before) toDivider(log.current);
		else if (!down.current) restore(log.current, before);
		down.current = false;
		settle();
		if (!stuck.current && log.current.scrollTop < nearTop && span.move(-step)) return;
		fill(room, log.current, filled);
	});

	useStuck(log, stuck);
	// A reader who comes back to the page sees the messages that arrived meanwhile.
	useSignalEffect(() => void (inView.value && settle()));

	function onScroll() {
		settle();
		const { scrollTop = nearTop, scrollHeight = 0, clientHeight = 0 } = log.current ?? {};
		if (scrollTop < nearTop) span.move(-step) || older(room);
		else if (scrollHeight - clientHeight - scrollTop < nearTop) span.move(step);
	}

	function jump() {
		down.current = !span.isEnd;
		reading.start.value = undefined;
		if (log.current && span.isEnd) toBottom(log.current);
		settle();
	}
	return { atBottom, onScroll, jump };
}

/** The key of the last entry if it is one's own message and still unsent. */
function unsent({ entries, me }: Room): string | undefined {
	const last = entries.value.at(-1);
	return last && last.seq === undefined && last.uid === me.uid ? last.key : undefined;
}

/** Asks for older messages if the log does not fill its space. */
function fill(room: Room, log: Element, filled: { current: readonly Entry[] | null }): void {
	const entries = room.entries.peek();
	// Once for each state of the log, so a failed request is not repeated at once.
	if (log.scrollHeight <= log.clientHeight && filled.current !== entries) older(room);
	filled.current = entries;
}

/** Stays at the bottom when a keyboard, a turned phone or a late font changes heights. */
function useStuck(log: LogRef, stuck: { current: boolean }) {
	useEffect(() => {
		const element = log.current;
		if (!element || !globalThis.ResizeObserver) return;
		const observer = new ResizeObserver(() => stuck.current && toBottom(element));
		observer.observe(element);
		if (element.firstElementChild) observer.observe(element.firstElementChild);
		return () => observer.disconnect();
	}, []);
}

/** False while history is added, so a screen reader reads out only new messages. */
function useSettled(room: Room, reading: Reading): boolean {
	const [settled, setSettled] = useState(false);
	const loading = room.loadingOlder.value;
	useEffect(() => {
		setSettled(false);
		if (loading) return;
		const timer = setTimeout(() => setSettled(true), 500);
		return () => clearTimeout(timer);
	}, [loading, reading.start.value]);
	return settled && !loading;
}
