import { t } from '../text/i18n';
import { dayName } from '../text/time';
import type { Line as Any } from './lines';
import { today } from './today';

/** A line of the log that is no message: a day, or the divider above the new messages. */
export function Line({ line }: { line: Exclude<Any, { kind: 'message' }> }) {
	return (
		<li class={line.kind === 'day' ? 'day' : 'day new'}>
			<span>{line.kind === 'day' ? dayName(line.at, today.value) : t('log.divider')}</span>
		</li>
	);
}
