import type { Signal } from '@preact/signals';
import type { Person, Room } from '../client/client';
import { t } from '../text/i18n';
import { Panel } from '../ui/panel';
import { hue, initial, tag } from './names';

/** The people in the room. */
export function OnlinePanel({ room, open }: { room: Room; open: Signal<boolean> }) {
	const online = room.online.value;
	const count = room.onlineCount.value ?? online.length;
	return (
		<Panel open={open} heading={t('online.heading', { n: count })}>
			<People people={online} me={room.me.uid} />
			{count > online.length && (
				<p class="more">{t('online.more', { n: count - online.length })}</p>
			)}
		</Panel>
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
