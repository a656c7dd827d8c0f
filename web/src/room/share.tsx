import { t } from '../text/i18n';
import { type Outcome, useCopy } from '../ui/copy';
import { shareLink } from '../visit/address';
import { ShareButton } from './share-button';

/** The share button with its action: the phone's own share sheet, or a copied link. */
export function Share({ room }: { room: string }) {
	const link = shareLink(location, room);
	const [outcome, copy] = useCopy(link);
	function share() {
		const phone = globalThis.matchMedia?.('(pointer: coarse)').matches;
		if (!phone || !navigator.share) return copy();
		// It rejects when the person closes the sheet, which is no error.
		return navigator.share({ url: link }).catch(() => {});
	}
	return (
		<>
			<ShareButton icon={outcome === 'copied' ? 'check' : 'share'} onClick={share} />
			<Said outcome={outcome} />
		</>
	);
}

/** The outcome of copying, for the eye and for a screen reader. */
export function Said({ outcome }: { outcome: Outcome }) {
	return (
		<p class={outcome === 'none' ? 'said visually-hidden' : 'said'} role="status">
			{outcome === 'copied' && t('room.copied')}
			{outcome === 'failed' && t('room.copyFailed')}
		</p>
	);
}
