import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { move, Palette } from '../composer/emoji-palette';
import { t } from '../text/i18n';
import { Icon, IconButton, type IconName } from '../ui/icons';
import { shareLink } from '../visit/address';
import { editing } from './editing';
import { type Opened, useMessageKeys } from './message-keys';
import type { Reading } from './reading';
import { reveal } from './reveal';

/** A message's menu. Its button, a finger or keys open it. */
export function MessageMenu({ room, reading }: { room: Room; reading: Reading }) {
	const open = useSignal<Opened | null>(null);
	const [said, setSaid] = useState('');
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	const entry = room.entries.value.find(({ key }) => key === open.value?.key);
	useMessageKeys(room, open, (own) => void edit(own));

	async function edit({ key }: Entry) {
		await reveal(key, reading);
		editing.value = key;
	}

	async function copy(text: string, done: string) {
		clearTimeout(timer.current);
		setSaid(
			await navigator.clipboard.writeText(text).then(
				() => done,
				() => t('message.copyFailed'),
			),
		);
		timer.current = setTimeout(() => setSaid(''), 4000);
	}

	const close = () => {
		open.value = null;
	};
	return (
		<>
			{open.value && entry?.seq !== undefined && (
				<Sheet
					key={entry.key}
					{...{ room, entry, copy, close }}
					at={open.value.at}
					onEdit={() => void edit(entry)}
				/>
			)}
			<p class={said === '' ? 'said visually-hidden' : 'said'} role="status">
				{said}
			</p>
		</>
	);
}

interface SheetProps {
	room: Room;
	entry: Entry;
	at: Element | null;
	copy: (text: string, done: string) => void;
	close: () => void;
	onEdit: () => void;
}

/** A modal dialog beside the message, or a sheet at the bottom where there is no space beside. */
function Sheet({ room, entry, at, copy, close, onEdit }: SheetProps) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [page, setPage] = useState<'menu' | 'emoji' | 'delete'>('menu');
	useLayoutEffect(() => {
		const element = dialog.current;
		element?.showModal();
		return () => element?.close();
	}, []);
	useLayoutEffect(() => {
		if (dialog.current) place(dialog.current, at);
		dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus();
	}, [page]);

	/** Closes the dialog, which returns the focus, and acts after that. */
	const then = (act: () => void) => () => {
		close();
		requestAnimationFrame(act);
	};
	const change = (kind: 'delete' | 'react', text: string) =>
		then(() => entry.seq !== undefined && room.change(kind, entry.seq, text));
	const mine = (sign: string) =>
		entry.reactions?.some(
			(r) => r.sign === sign && r.people.some(({ uid }) => uid === room.me.uid),
		) ?? false;
	const react = (sign: string) => change('react', mine(sign) ? '' : sign);

	return (
		<dialog
			ref={dialog}
			class="message-menu"
			aria-label={t('message.actions')}
			onClose={close}
			onClick={(event) => event.target === dialog.current && close()}
			onKeyDown={(event) => {
				if (move(event) || step(event)) event.preventDefault();
			}}
		>
			{page === 'menu' && (
				<Menu
					{...{ room, entry, mine, react, setPage }}
					onCopyLink={then(() => copy(linkTo(room, entry), t('message.linkCopied')))}
					onCopyText={then(() => copy(entry.text, t('message.textCopied')))}
					onEdit={then(onEdit)}
				/>
			)}
			{page === 'emoji' && <Palette onPick={(sign) => react(sign)()} />}
			{page === 'delete' && <AskDelete onKeep={close} onDelete={change('delete', '')} />}
		</dialog>
	);
}

function AskDelete({ onKeep, onDelete }: { onKeep: () => void; onDelete: () => void }) {
	return (
		<div class="ask">
			<p>{t('message.deleteAsk')}</p>
			<div class="actions">
				<button type="button" class="quiet" data-first onClick={onKeep}>
					{t('message.keep')}
				</button>
				<button type="button" class="chip danger" onClick={onDelete}>
					{t('message.delete')}
				</button>
			</div>
		</div>
	);
}

const signs = ['👍', '❤️', '😂', '🎉', '😮', '👀'];

interface MenuProps {
	room: Room;
	entry: Entry;
	mine: (sign: string) => boolean;
	react: (sign: string) => () => void;
	setPage: (page: 'emoji' | 'delete') => void;
	onCopyLink: () => void;
	onCopyText: () => void;
	onEdit: () => void;
}

function Menu(props: MenuProps) {
	const { room, entry, mine, react, setPage } = props;
	const can = room.canChange.value && !entry.deleted;
	const own = entry.uid === room.me.uid;
	return (
		<>
			{can && (
				<div class="signs">
					{signs.map((sign, i) => (
						<button
							type="button"
							key={sign}
							data-first={i === 0 || undefined}
							aria-label={t('message.reactWith', { sign })}
							aria-pressed={mine(sign)}
							onClick={react(sign)}
						>
							{sign}
						</button>
					))}
					<IconButton
						name="smile"
						label={t('message.reactMore')}
						onClick={() => setPage('emoji')}
					/>
				</div>
			)}
			<Action icon="link" label={t('message.copyLink')} first={!can} onClick={props.onCopyLink} />
			{!entry.deleted && (
				<Action icon="copy" label={t('message.copyText')} onClick={props.onCopyText} />
			)}
			{can && own && <Action icon="pencil" label={t('message.edit')} onClick={props.onEdit} />}
			{can && own && (
				<Action icon="trash" label={t('message.delete')} onClick={() => setPage('delete')} />
			)}
		</>
	);
}

interface ActionProps {
	icon: IconName;
	label: string;
	first?: boolean;
	onClick: () => void;
}

function Action({ icon, label, first = false, onClick }: ActionProps) {
	return (
		<button type="button" class="quiet" data-first={first || undefined} onClick={onClick}>
			<Icon name={icon} />
			{label}
		</button>
	);
}

/** A link that opens the room at this message. */
function linkTo(room: Room, { seq }: Entry): string {
	return `${shareLink(location, room.title.value)}&m=${seq}`;
}

/** Moves the focus along the buttons with the arrow keys. Returns false for any other key. */
function step({ key, target, currentTarget }: KeyboardEvent): boolean {
	const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[key];
	if (by === undefined || !(currentTarget instanceof Element)) return false;
	const all = [...currentTarget.querySelectorAll<HTMLElement>('button')];
	const at = all.indexOf(target as HTMLElement);
	all[(at + by + all.length) % all.length]?.focus();
	return true;
}

/** Places the dialog beside the button that opened it, fully on the screen. The stylesheet does the rest. */
function place(dialog: HTMLElement, at: Element | null): void {
	dialog.classList.toggle('sheet', at === null || innerWidth < 576);
	if (!at) return;
	const from = at.getBoundingClientRect();
	const { offsetWidth, offsetHeight } = dialog;
	const within = (start: number, size: number, all: number) =>
		`${Math.max(8, Math.min(start, all - size - 8))}px`;
	const below = from.bottom + 4 + offsetHeight < innerHeight;
	const start = getComputedStyle(dialog).direction === 'rtl' ? innerWidth - from.right : from.left;
	dialog.style.setProperty('--x', within(start, offsetWidth, innerWidth));
	dialog.style.setProperty(
		'--y',
		within(below ? from.bottom + 4 : from.top - offsetHeight - 4, offsetHeight, innerHeight),
	);
}
