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

/** The wait before messages are kept, in ms: many may arrive at once. */
const calm = 1000;

interface Props {
	room: Room;
	/** The room's name as the address has it. */
	name: string;
	/** Drawn if no messages are kept, or if they are not needed. */
	otherwise: VNode;
}

/** Stands in while the room's messages cannot be fetched: the last known ones, and the outbox. */
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

/** Keeps the last messages of the open room. */
export function Keeper({ room, name }: { room: Room; name: string }) {
	const entries = room.entries.value;
	const ready = room.phase.value === 'ready';
	useEffect(() => {
		if (!ready) return;
		const { uid } = room.me;
		// After a logout, in this tab or another, the person is no longer remembered.
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
