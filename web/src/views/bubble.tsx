import type { Entry, Room } from '../client/client';
import { hue, initial, tag } from '../format/names';
import { fullTime, timeOfDay } from '../format/time';
import { cut } from '../state/search';
import { t } from '../text/i18n';
import { Icon } from './icons';
import { lazy } from './lazy';

const Undelivered = lazy(async () => (await import('./undelivered')).Undelivered);

interface Props {
	entry: Entry;
	/** The first of a group: its name shows. */
	first: boolean;
	room: Room;
	/** What the search looks for, and whether this message is the hit one stands at. */
	wanted: RegExp | null;
	current: boolean;
}

/** One message: name, text, time, and what can be done where it did not go out. */
export function Bubble({ entry, first, room, wanted, current }: Props) {
	const own = entry.uid === room.me.uid;
	const classes = [
		'message',
		own ? 'own' : 'other',
		entry.state,
		first && 'first',
		current && 'hit',
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
					<span class="text">
						{cut(entry.text, wanted).map((piece, at) =>
							at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece,
						)}
					</span>
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
