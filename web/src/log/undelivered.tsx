import type { Entry, Room } from '../client/client';
import { isKey, t } from '../text/i18n';
import { Icon } from '../ui/icons';

/** The buttons of a message, or of a change, that was not sent. */
export function Undelivered({ entry, room }: { entry: Entry; room: Room }) {
	const failed = entry.state === 'failed';
	const isChange = entry.target !== undefined;
	const what = `message.failed.${entry.kind}`;
	return (
		<div class="undelivered">
			<span class="reason">
				{t(!failed ? 'message.waiting' : isKey(what) ? what : 'message.failed')}
				{failed && <Why entry={entry} />}
			</span>
			<button type="button" class="quiet" onClick={() => room.retry(entry.cid)}>
				<Icon name="retry" />
				{t(failed ? 'message.retry' : 'message.sendNow')}
			</button>
			<button type="button" class="quiet" onClick={() => room.discard(entry.cid)}>
				<Icon name={isChange ? 'close' : 'trash'} />
				{t(isChange ? 'message.discard' : 'message.delete')}
			</button>
		</div>
	);
}

/** The reason of a failure, if it is one that the person can act on. */
function Why({ entry }: { entry: Entry }) {
	const key = `message.why.${entry.error?.code}`;
	return isKey(key) ? <span class="why">: {t(key)}</span> : null;
}
