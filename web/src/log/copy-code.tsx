import { t } from '../text/i18n';
import { useCopy } from '../ui/copy';
import { Icon } from '../ui/icons';

/** The button in a block of code. */
export function CopyCode({ text }: { text: string }) {
	const [outcome, copy] = useCopy(text);
	return (
		<>
			<button type="button" class="quiet" aria-label={t('message.copyCode')} onClick={copy}>
				<Icon name={outcome === 'copied' ? 'check' : 'copy'} />
			</button>
			<span class="visually-hidden" role="status">
				{outcome === 'copied' && t('message.copied')}
				{outcome === 'failed' && t('message.copyFailed')}
			</span>
		</>
	);
}
