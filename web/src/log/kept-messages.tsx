import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Room } from '../client/client';
import { t } from '../text/i18n';
import { dayName, timeOfDay } from '../text/time';
import { remembered } from '../visit/remembered';
import { Bubble } from './bubble';
import { forget, keep, type LastMessages, lastOf } from './last-messages';
import { Line } from './line';
import { lines } from './lines';
import { today } from './today';

/** A moment's calm before they are kept: many may come at once. */
const calm = 1000;

interface Props {
	room: Room;
	/** As in the address. */
	name: string;
	/** What is shown where there is nothing kept, or no need of it. */
	otherwise: VNode;
}

/** While the room's messages cannot be had: those that were there last, and what waits to go out. */
export function KeptMessages({ room, name, otherwise }: Props) {
	const last = useSignal<LastMessages | null>(null);
	const log = useRef<HTMLDivElement>(null);
	useEffect(() => {
		let wanted = true;
		void lastOf(room.me.uid, name).then((kept) => {
			if (wanted) last.value = kept;
		});
		return () => {
			wanted = false;
		};
	}, [room]);
	const waiting = room.entries.value;
	const kept = last.value;
	useLayoutEffect(() => {
		if (log.current) log.current.scrollTop = log.current.scrollHeight;
	}, [kept, waiting]);
	if (!kept || room.connection.value.state === 'connecting') return otherwise;
	return (
		<div
			class="log"
			role="log"
			aria-label={t('log.label', { room: kept.title })}
			aria-live="off"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
			tabIndex={0}
			ref={log}
		>
			<ol>
				{lines([...kept.entries, ...waiting]).map((line) =>
					line.kind === 'message' ? (
						<Bubble
							key={line.key}
							entry={line.entry}
							first={line.first}
							room={room}
							found={null}
							edited={false}
						/>
					) : (
						<Line key={line.key} line={line} />
					),
				)}
				<li class="day offline">
					<span role="status">{t('offline.note', { time: dayAndTime(kept.at) })}</span>
				</li>
			</ol>
		</div>
	);
}

function dayAndTime(iso: string): string {
	const day = dayName(iso, today.value);
	return `${day}, ${timeOfDay(iso)}`;
}

/** Keeps the last messages of the room while one is in it. */
export function Keeper({ room, name }: { room: Room; name: string }) {
	const entries = room.entries.value;
	const ready = room.phase.value === 'ready';
	useEffect(() => {
		if (!ready) return;
		const { uid } = room.me;
		// Whoever has logged out, in this tab or another, is remembered no more.
		const isHere = () => remembered()?.uid === uid;
		const save = async () => {
			if (!isHere()) return;
			const at = new Date().toISOString();
			await keep(uid, name, { title: room.title.peek(), at, entries });
			if (!isHere()) await forget(uid);
		};
		const timer = setTimeout(save, calm);
		addEventListener('pagehide', save);
		return () => {
			clearTimeout(timer);
			removeEventListener('pagehide', save);
		};
	}, [ready, entries]);
	return null;
}
