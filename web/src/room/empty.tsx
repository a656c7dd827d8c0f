import type { Room } from '../client/client';
import { t } from '../text/i18n';
import { useCopy } from '../ui/copy';
import { Icon } from '../ui/icons';
import logo from '../ui/logo.svg';
import { shareLink } from '../visit/address';
import { Said } from './share';

/** A room in which nobody has said anything yet. */
export function Empty({ room }: { room: Room }) {
	return (
		<div class="log stand-in" role="log" aria-label={t('log.label', { room: room.title.value })}>
			<div>
				<img src={logo} alt="" width="72" height="61" />
				<h2>{t('log.emptyHeading')}</h2>
				<p>{t('log.emptyText')}</p>
				<LinkBox room={room.title.value} />
			</div>
		</div>
	);
}

/** The full link with a button to copy it, for the empty room. */
function LinkBox({ room }: { room: string }) {
	const link = shareLink(location, room);
	const [outcome, copy] = useCopy(link);
	return (
		<div class="link-box">
			<input
				type="text"
				readOnly
				value={link.replace(/^https?:\/\//, '')}
				aria-label={t('room.link')}
				onFocus={(event) => event.currentTarget.select()}
			/>
			<button type="button" class="chip" onClick={copy}>
				<Icon name={outcome === 'copied' ? 'check' : 'copy'} />
				{t('room.copyLink')}
			</button>
			<Said outcome={outcome} />
		</div>
	);
}
