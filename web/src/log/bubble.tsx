import { useMemo } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { hue, initial, tag } from '../people/names';
import { language, t } from '../text/i18n';
import { fullTime, timeOfDay } from '../text/time';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import { formatted } from './formatted';
import type { Found } from './found';
import { isEmojiOnly, mentions, parse } from './markup';

const Editor = lazy(async () => (await import('./editor')).Editor);
const Reactions = lazy(async () => (await import('./reactions')).Reactions);
const Undelivered = lazy(async () => (await import('./undelivered')).Undelivered);

interface Props {
	entry: Entry;
	/** The first message of a group shows its author's name. */
	first: boolean;
	room: Room;
	/** The result of a search, or null. */
	found: Found | null;
	/** Whether the person is editing this message. */
	edited: boolean;
}

/** One message: name, text, time, and the buttons to retry or discard if it was not sent. */
export function Bubble({ entry, first, room, found, edited }: Props) {
	// A component that reads a signal is drawn again only when the signal or its props change. One
	// that reads no signal is drawn each time its parent is, and a log has hundreds of these.
	void language.value;
	const own = entry.uid === room.me.uid;
	const nodes = useMemo(() => parse(entry.text, room.me.name), [entry.text, room.me.name]);
	const { change = entry } = entry;
	/** The state of the text. A pending reaction does not make the message pending. */
	const state = change.kind === 'react' ? entry.state : change.state;
	const classes = [
		'message',
		own ? 'own' : 'other',
		state,
		entry.deleted && 'deleted',
		first && 'first',
		entry.key === found?.current && 'hit',
		isEmojiOnly(entry.text) && 'large',
		!own && mentions(nodes) && 'mentions-me',
	];
	return (
		<li class={classes.filter(Boolean).join(' ')} data-key={entry.key} data-state={change.state}>
			{first && !own && (
				<span class={`monogram hue-${hue(entry.uid)}`} aria-hidden="true">
					{initial(entry.name)}
				</span>
			)}
			<div class="line">
				<div class="bubble">
					<p class={first ? 'who' : 'who visually-hidden'}>
						<strong class={own ? '' : `hue-${hue(entry.uid)}`}>
							<bdi>{entry.name}</bdi>
						</strong>{' '}
						<span class={own ? 'you' : 'tag'}>{own ? t('message.you') : tag(entry.uid)}</span>
					</p>
					{edited ? (
						<Editor entry={entry} room={room} />
					) : (
						<div class="body" dir="auto">
							<span class="text">
								{entry.deleted ? t('message.deleted') : formatted(nodes, found?.marking(nodes))}
							</span>
							<Meta entry={entry} state={own ? state : null} />
						</div>
					)}
				</div>
				{entry.seq && <More />}
			</div>
			{entry.reactions && <Reactions entry={entry} room={room} />}
			{(change.state === 'failed' || change.state === 'waiting') && (
				<Undelivered entry={change} room={room} />
			)}
		</li>
	);
}

/** The menu's button. message-menu.tsx opens the menu, and makes one of these buttons a tab stop. */
function More() {
	return (
		<button
			type="button"
			class="icon-button act"
			tabIndex={-1}
			aria-haspopup="dialog"
			aria-label={t('message.actions')}
		>
			<Icon name="more" />
		</button>
	);
}

function Meta({ entry, state }: { entry: Entry; state: Entry['state'] | null }) {
	return (
		<span class="meta">
			{entry.edited && <span>{t('message.edited')}</span>}
			<time dir="auto" dateTime={entry.at} title={fullTime(entry.at)}>
				{timeOfDay(entry.at)}
			</time>
			{state && !entry.deleted && <Status state={state} />}
		</span>
	);
}

function Status({ state }: { state: Entry['state'] }) {
	switch (state) {
		case 'confirmed':
			return (
				<span class="status">
					<Icon name="check" />
					<span class="visually-hidden">{t('message.sent')}</span>
				</span>
			);
		case 'pending':
			return (
				<span class="status">
					<Icon name="clock" />
					{t('message.sending')}
				</span>
			);
		default:
			return (
				<span class="status">
					<Icon name={state === 'failed' ? 'alert' : 'clock'} />
				</span>
			);
	}
}
