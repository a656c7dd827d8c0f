import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Key } from '../text/catalogue';
import { t } from '../text/i18n';
import { Dialog } from '../ui/dialog';
import { favourites } from '../visit/favourites';
import { recentRooms, visited } from '../visit/recent';
import type { Visit } from '../visit/visit';

type Which = 'keys' | 'switch' | null;

/** The dialogs that a key opens: the list of keys, and the way to another room. */
export function Dialogs({ visit }: { visit: Visit }) {
	const open = useSignal<Which>(null);
	useSignalEffect(() => {
		const screen = visit.screen.value;
		if (screen.kind === 'room') visited(screen.room.title.value);
	});
	useEffect(() => {
		const onKeyDown = (event: KeyboardEvent) => {
			const which = asked(event);
			if (!which || document.querySelector('dialog[open]')) return;
			event.preventDefault();
			open.value = which;
		};
		document.addEventListener('keydown', onKeyDown);
		return () => document.removeEventListener('keydown', onKeyDown);
	}, []);
	if (open.value === 'keys') return <Keys open={open} />;
	return open.value === 'switch' ? <Switch open={open} visit={visit} /> : null;
}

function asked({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): Which {
	if ((ctrlKey || metaKey) && !altKey) {
		if (key === '/') return 'keys';
		return key.toLowerCase() === 'k' ? 'switch' : null;
	}
	const writing = target instanceof Element && target.matches('input, textarea, select');
	return key === '?' && !writing ? 'keys' : null;
}

function close(open: Signal<Which>): void {
	open.value = null;
}

const keys: [keys: string[], what: Key][] = [
	[['Enter'], 'keys.send'],
	[['Shift', 'Enter'], 'keys.line'],
	[['↑'], 'keys.edit'],
	[['Tab'], 'keys.complete'],
	[['Ctrl', 'K'], 'keys.switch'],
	[['Enter', 'Shift + Enter'], 'keys.search'],
	[['Esc'], 'keys.close'],
	[['Ctrl', '/'], 'keys.help'],
];

function Keys({ open }: { open: Signal<Which> }) {
	return (
		<Dialog onClose={() => close(open)} heading="keys.heading">
			<dl class="keys-list">
				{keys.map(([names, what]) => (
					<div key={what}>
						<dt>{t(what)}</dt>
						<dd dir="ltr">
							{names.map((name) => (
								<kbd key={name}>{name}</kbd>
							))}
						</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}

function Switch({ open, visit }: { open: Signal<Which>; visit: Visit }) {
	const [text, setText] = useState('');
	const [known] = useState(() => [...new Set([...recentRooms(), ...favourites.peek()])]);
	const wanted = text.trim().toLowerCase();
	const rooms = known.filter((room) => room.toLowerCase().includes(wanted));
	const go = (room: string | undefined) => {
		open.value = null;
		if (room) visit.enter(room);
	};
	return (
		<Dialog onClose={() => close(open)} heading="switch.heading">
			<form
				class="switch"
				onSubmit={(event) => {
					event.preventDefault();
					go(rooms.find((room) => room.toLowerCase().startsWith(wanted)) ?? text.trim());
				}}
			>
				<input
					type="text"
					dir="auto"
					aria-label={t('switch.label')}
					placeholder={t('switch.label')}
					autocomplete="off"
					maxLength={64}
					value={text}
					onInput={(event) => setText(event.currentTarget.value)}
				/>
				<button type="submit" class="chip">
					{t('switch.go')}
				</button>
			</form>
			<ul>
				{rooms.map((room) => (
					<li key={room}>
						<button type="button" class="quiet grow" onClick={() => go(room)}>
							<bdi>{room}</bdi>
						</button>
					</li>
				))}
			</ul>
		</Dialog>
	);
}
