import { t } from '../text/i18n';
import { type Outcome, useCopy } from '../ui/copy';
import { shareLink } from '../visit/address';
import { ShareButton } from './share-button';

/** What the share button does: the phone's own sheet, or a copied link. */
export function Share({ room }: { room: string }) {
	const link = shareLink(location, room);
	const [outcome, copy] = useCopy(link);
	function share() {
		const phone = globalThis.matchMedia?.('(pointer: coarse)').matches;
		if (!phone || !navigator.share) return copy();
		// Closing the sheet rejects: nothing to say about that.
		return navigator.share({ url: link }).catch(() => {});
	}
	return (
		<>
			<ShareButton icon={outcome === 'copied' ? 'check' : 'share'} onClick={share} />
			<Said outcome={outcome} />
		</>
	);
}

/** What came of copying, for the eye and for a screen reader. */
export function Said({ outcome }: { outcome: Outcome }) {
	return (
		<p class={outcome === 'none' ? 'said visually-hidden' : 'said'} role="status">
			{outcome === 'copied' && t('room.copied')}
			{outcome === 'failed' && t('room.copyFailed')}
		</p>
	);
}
