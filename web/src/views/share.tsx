import { useRef, useState } from 'preact/hooks';
import { shareLink } from '../state/address';
import { t } from '../text/i18n';
import { Icon } from './icons';

type Outcome = 'none' | 'copied' | 'failed';

/** Copies a room's link, and says for a while that it did. */
export function useCopy(room: string): [Outcome, () => Promise<void>] {
	const [outcome, setOutcome] = useState<Outcome>('none');
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	async function copy() {
		clearTimeout(timer.current);
		try {
			await navigator.clipboard.writeText(shareLink(location.origin, room));
			setOutcome('copied');
		} catch {
			setOutcome('failed');
		}
		timer.current = setTimeout(() => setOutcome('none'), 4000);
	}
	return [outcome, copy];
}

/** The share button of the room's bar: the phone's own sheet, or a copied link. */
export function Share({ room }: { room: string }) {
	const [outcome, copy] = useCopy(room);
	function share() {
		const phone = globalThis.matchMedia?.('(pointer: coarse)').matches;
		if (!phone || !navigator.share) return copy();
		// Closing the sheet rejects: nothing to say about that.
		return navigator.share({ url: shareLink(location.origin, room) }).catch(() => {});
	}
	return (
		<>
			<button type="button" class="quiet share" aria-label={t('room.share')} onClick={share}>
				<Icon name={outcome === 'copied' ? 'check' : 'share'} />
				<span class="wide-only">{t('room.share')}</span>
			</button>
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
