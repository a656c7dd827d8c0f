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
	/** The first of a group: its name shows. */
	first: boolean;
	room: Room;
	/** What a search has found, or null. */
	found: Found | null;
	/** Its text is being edited. */
	edited: boolean;
}

/** One message: name, text, time, and what can be done where it did not go out. */
export function Bubble({ entry, first, room, found, edited }: Props) {
	// With it, this is drawn again only for other props or another language: a component that
	// reads no signal always is, and a log has hundreds.
	void language.value;
	const own = entry.uid === room.me.uid;
	const nodes = useMemo(() => parse(entry.text, room.me.name), [entry.text, room.me.name]);
	const { change = entry } = entry;
	/** Of the text: a reaction is its own affair. */
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

/** What it opens comes with message-menu.tsx, which also gives one of them a place among the tab stops. */
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
