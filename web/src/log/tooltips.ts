import { ago } from '../text/ago';
import { fullTime } from '../text/time';

/** A time's tooltip also says how long ago it was, reckoned when one points at it. */
export function watchTimes(): void {
	document.addEventListener('pointerover', ({ target }) => {
		if (!(target instanceof HTMLTimeElement)) return;
		target.title = `${fullTime(target.dateTime)} · ${ago(target.dateTime, new Date())}`;
	});
}
