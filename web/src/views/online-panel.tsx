import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Person, Room } from '../client/client';
import { hue, initial, tag } from '../format/names';
import { t } from '../text/i18n';
import { IconButton } from './icons';

/** The people in the room: in the gutter, a card, or a sheet from below, as there is space. */
export function OnlinePanel({ room, open }: { room: Room; open: Signal<boolean> }) {
	const panel = useRef<HTMLElement>(null);
	useLayoutEffect(() => {
		const opener = document.activeElement;
		panel.current?.focus();
		return () => {
			if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
		};
	}, []);
	const close = () => {
		open.value = false;
	};
	const online = room.online.value;
	const count = room.onlineCount.value ?? online.length;
	return (
		<>
			{/* For the pointer only: Esc and the button close it too. */}
			<div class="scrim" aria-hidden="true" onClick={close} />
			<section
				class="online"
				id="online"
				ref={panel}
				tabIndex={-1}
				aria-labelledby="online-heading"
				onKeyDown={(event) => event.key === 'Escape' && close()}
			>
				<header>
					<h2 id="online-heading">{t('online.heading', { n: count })}</h2>
					<IconButton name="close" label={t('common.close')} onClick={close} />
				</header>
				<People people={online} me={room.me.uid} />
				{count > online.length && (
					<p class="more">{t('online.more', { n: count - online.length })}</p>
				)}
			</section>
		</>
	);
}

function People({ people, me }: { people: readonly Person[]; me: string }) {
	return (
		<ul>
			{people.map(({ uid, name }) => (
				<li key={uid}>
					<span class={`monogram hue-${hue(uid)}`} aria-hidden="true">
						{initial(name)}
					</span>
					<span>
						<bdi class="name">{name}</bdi> <span class="tag">{tag(uid)}</span>
						{uid === me && <span class="you">{t('message.you')}</span>}
					</span>
				</li>
			))}
		</ul>
	);
}
