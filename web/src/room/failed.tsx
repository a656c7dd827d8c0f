import type { Room } from '../client/client';
import { t } from '../text/i18n';
import { Trouble } from '../ui/stand-ins';
import type { Visit } from '../visit/visit';

/** Stands in if the history could not be fetched. The typed text stays. */
export function Failed({ room, visit }: { room: Room; visit: Visit }) {
	return (
		<div class="log stand-in">
			<Trouble
				heading={<h2>{t('log.failedHeading')}</h2>}
				text={t('log.failedText')}
				onRetry={() => room.retryNow()}
			>
				<button type="button" class="quiet" onClick={() => visit.visit({ room: null, user: null })}>
					{t('common.backHome')}
				</button>
			</Trouble>
		</div>
	);
}
