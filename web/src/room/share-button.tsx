import { t } from '../text/i18n';
import { Icon, type IconName } from '../ui/icons';

/** The share button of the room's bar. share.tsx gives it its action. */
export function ShareButton({ icon, onClick }: { icon: IconName; onClick?: () => void }) {
	return (
		<button type="button" class="quiet share" aria-label={t('room.share')} onClick={onClick}>
			<Icon name={icon} />
			<span class="wide-only">{t('room.share')}</span>
		</button>
	);
}
