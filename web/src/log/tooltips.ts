import { ago } from '../text/ago';
import { fullTime } from '../text/time';

/** Adds to a time's tooltip how long ago it was, at the moment the pointer comes over it. */
export function watchTimes(): void {
	document.addEventListener('pointerover', ({ target }) => {
		if (!(target instanceof HTMLTimeElement)) return;
		target.title = `${fullTime(target.dateTime)} · ${ago(target.dateTime, new Date())}`;
	});
}
