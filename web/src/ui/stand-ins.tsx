import type { ComponentChildren } from 'preact';
import { t } from '../text/i18n';
import { Icon } from './icons';

/** Stands in for messages that are loading: shapes in the log's own grid. */
export function Loading() {
	const shapes = ['a', 'b', 'c own', 'd', 'e', 'f own', 'g'];
	return (
		<div class="log" role="log" aria-busy="true" aria-label={t('log.loading')}>
			<div class="skeleton" aria-hidden="true">
				{shapes.map((shape) => (
					<span key={shape} class={shape} />
				))}
			</div>
		</div>
	);
}

/** Stands in for the page if the site did not answer. */
export function Unreachable({ onRetry }: { onRetry: () => void }) {
	return (
		<main class="stand-in">
			<Trouble
				heading={<h1>{t('unreachable.heading')}</h1>}
				text={t('unreachable.text')}
				onRetry={onRetry}
			/>
		</main>
	);
}

interface TroubleProps {
	heading: ComponentChildren;
	text: string;
	onRetry: () => void;
	children?: ComponentChildren;
}

/** A problem, and a button to try again. */
export function Trouble({ heading, text, onRetry, children }: TroubleProps) {
	return (
		<div role="alert">
			<Icon name="offline" />
			{heading}
			<p>{text}</p>
			<div class="actions">
				<button type="button" class="chip" onClick={onRetry}>
					<Icon name="retry" />
					{t('common.tryAgain')}
				</button>
				{children}
			</div>
		</div>
	);
}
