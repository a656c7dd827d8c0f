import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Connection, Room } from '../client/client';
import { t } from '../text/i18n';
import { Icon, IconButton, type IconName } from '../ui/icons';

type Shown = 'nothing' | 'trouble' | 'polling' | 'back';

/** Trouble shorter than this, in ms, does not show. */
const patience = 1000;
const flash = 2000;

/** The state of the connection, if there is a problem. */
export function Banner({ room }: { room: Room }) {
	const shown = useShown(room);
	const closed = useSignal(false);
	const connection = room.connection.value;
	const visible = shown !== 'nothing' && !(shown === 'polling' && closed.value);
	return (
		<div class={visible ? `notice banner ${shown}` : 'notice banner hidden'}>
			<div role="status" class="grow">
				{visible && <Words shown={shown} connection={connection} />}
			</div>
			{visible && shown === 'trouble' && (
				<button type="button" class="linklike" onClick={() => room.retryNow()}>
					{t('banner.retryNow')}
				</button>
			)}
			{visible && shown === 'polling' && (
				<IconButton
					name="close"
					label={t('common.close')}
					onClick={() => {
						closed.value = true;
					}}
				/>
			)}
		</div>
	);
}

function Words({ shown, connection }: { shown: Shown; connection: Connection }) {
	if (shown === 'back') return <Said icon="check" words={t('banner.back')} />;
	if (connection.state === 'polling') {
		return <Said icon="poll" words={t('banner.polling', { n: connection.everySeconds })} />;
	}
	const first = connection.state === 'connecting';
	const words = t(first ? 'banner.connecting' : 'banner.reconnecting');
	return (
		<Said icon="offline" words={words}>
			<Countdown to={connection.state === 'reconnecting' ? connection.retryAt : null} />
		</Said>
	);
}

interface SaidProps {
	icon: IconName;
	words: string;
	children?: ComponentChildren;
}

function Said({ icon, words, children }: SaidProps) {
	return (
		<>
			<Icon name={icon} />
			<span>
				{words} {children}
			</span>
		</>
	);
}

/** Seconds until the next try. Not read out, because they change every second. */
function Countdown({ to }: { to: number | null }) {
	const [now, setNow] = useState(() => Date.now());
	useEffect(() => {
		setNow(Date.now());
		if (to === null) return;
		const timer = setInterval(() => setNow(Date.now()), 500);
		return () => clearInterval(timer);
	}, [to]);
	const seconds = to === null ? 0 : Math.ceil((to - now) / 1000);
	if (seconds <= 0) return null;
	return <span aria-hidden="true">{t('banner.retryIn', { n: seconds })}</span>;
}

/** The banner's state: trouble that lasts, and for a moment the news that it is over. */
function useShown(room: Room): Shown {
	const shown = useSignal<Shown>('nothing');
	const since = useRef<number | null>(null);
	useSignalEffect(() => {
		const { state } = room.connection.value;
		const phase = room.phase.value;
		const before = shown.peek();
		const fine = state === 'live' || state === 'signedOut' || state === 'polling';
		since.current = fine ? null : (since.current ?? Date.now());
		if (state === 'polling') {
			shown.value = 'polling';
			return;
		}
		if (fine) {
			shown.value = before === 'trouble' && state === 'live' ? 'back' : 'nothing';
			const timer = setTimeout(() => {
				shown.value = 'nothing';
			}, flash);
			return () => clearTimeout(timer);
		}
		// The log's skeleton already shows the first connecting.
		if (before === 'trouble' || (state === 'connecting' && phase === 'loading')) return;
		const timer = setTimeout(
			() => {
				shown.value = 'trouble';
			},
			patience - (Date.now() - (since.current ?? 0)),
		);
		return () => clearTimeout(timer);
	});
	return shown.value;
}
