import type { Room } from '../client/client';
import logo from '../logo.svg';
import type { Visit } from '../state/visit';
import { t } from '../text/i18n';
import { Icon } from './icons';
import { LinkBox } from './share';

/** Stands for messages on their way: the real grid, without text. */
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

/** The history could not be had; what is typed stays. */
export function Failed({ room, visit }: { room: Room; visit: Visit }) {
	return (
		<div class="log stand-in" role="alert">
			<div>
				<Icon name="offline" />
				<h2>{t('log.failedHeading')}</h2>
				<p>{t('log.failedText')}</p>
				<p class="actions">
					<button type="button" class="chip" onClick={() => room.retryNow()}>
						<Icon name="retry" />
						{t('common.tryAgain')}
					</button>
					<BackHome visit={visit} />
				</p>
			</div>
		</div>
	);
}

/** The site itself did not answer. */
export function Unreachable({ visit }: { visit: Visit }) {
	return (
		<main class="stand-in">
			<div role="alert">
				<Icon name="offline" />
				<h1>{t('unreachable.heading')}</h1>
				<p>{t('unreachable.text')}</p>
				<p class="actions">
					<button type="button" class="chip" onClick={() => visit.begin()}>
						<Icon name="retry" />
						{t('common.tryAgain')}
					</button>
				</p>
			</div>
		</main>
	);
}

function BackHome({ visit }: { visit: Visit }) {
	return (
		<button type="button" class="quiet" onClick={() => visit.visit({ room: null, user: null })}>
			{t('common.backHome')}
		</button>
	);
}
