import { useMemo } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { isEmojiOnly, mentions, parse } from '../format/markup';
import { hue, initial, tag } from '../format/names';
import { fullTime, timeOfDay } from '../format/time';
import type { Found } from '../state/search';
import { t } from '../text/i18n';
import { formatted } from './formatted';
import { Icon } from './icons';
import { lazy } from './lazy';

const Undelivered = lazy(async () => (await import('./undelivered')).Undelivered);

interface Props {
	entry: Entry;
	/** The first of a group: its name shows. */
	first: boolean;
	room: Room;
	/** What a search has found, or null. */
	found: Found | null;
}

/** One message: name, text, time, and what can be done where it did not go out. */
export function Bubble({ entry, first, room, found }: Props) {
	const own = entry.uid === room.me.uid;
	const nodes = useMemo(() => parse(entry.text, room.me.name), [entry.text, room.me.name]);
	const classes = [
		'message',
		own ? 'own' : 'other',
		entry.state,
		first && 'first',
		entry.key === found?.current && 'hit',
		isEmojiOnly(entry.text) && 'large',
		!own && mentions(nodes) && 'mentions-me',
	];
	return (
		<li class={classes.filter(Boolean).join(' ')} data-key={entry.key} data-state={entry.state}>
			{first && !own && (
				<span class={`monogram hue-${hue(entry.uid)}`} aria-hidden="true">
					{initial(entry.name)}
				</span>
			)}
			<div class="bubble">
				<p class={first ? 'who' : 'who visually-hidden'}>
					<strong class={own ? '' : `hue-${hue(entry.uid)}`}>
						<bdi>{entry.name}</bdi>
					</strong>{' '}
					<span class={own ? 'you' : 'tag'}>{own ? t('message.you') : tag(entry.uid)}</span>
				</p>
				<div class="body" dir="auto">
					<span class="text">{formatted(nodes, found?.marking(nodes))}</span>
					<Meta entry={entry} own={own} />
				</div>
			</div>
			{(entry.state === 'failed' || entry.state === 'waiting') && (
				<Undelivered entry={entry} room={room} />
			)}
		</li>
	);
}

function Meta({ entry, own }: { entry: Entry; own: boolean }) {
	return (
		<span class="meta">
			<time dir="auto" dateTime={entry.at} title={fullTime(entry.at)}>
				{timeOfDay(entry.at)}
			</time>
			{own && <Status state={entry.state} />}
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
