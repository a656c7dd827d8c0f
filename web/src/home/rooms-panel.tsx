import type { Signal } from '@preact/signals';
import type { Api } from '../client/client';
import { t } from '../text/i18n';
import { Panel } from '../ui/panel';
import { useOpenRooms } from './open-rooms';

interface RoomsProps {
	api: Api;
	open: Signal<boolean>;
	onPick: (room: string) => void;
}

/** The public rooms, for the home page. */
export function RoomsPanel({ api, open, onPick }: RoomsProps) {
	const found = useOpenRooms(api);
	const none = found?.rooms.length === 0;
	return (
		<Panel open={open} heading={t('online.rooms')}>
			<ul>
				{found?.rooms.map(({ room, title }) => (
					<li key={room}>
						<button type="button" class="quiet grow" onClick={() => onPick(title)}>
							<bdi class="name">{title}</bdi>
						</button>
					</li>
				))}
			</ul>
			<p class="more" role="status">
				{none && t('online.noRooms')}
			</p>
		</Panel>
	);
}
