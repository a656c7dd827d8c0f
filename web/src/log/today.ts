import { signal } from '@preact/signals';
import { untilMidnight } from '../text/time';

/** The current day, for 'Today' and 'Yesterday'. It changes at midnight and on return to the tab. */
export const today = signal(new Date());

/** Keeps `today` correct while the page is open. */
export function watchDays(): void {
	let timer: ReturnType<typeof setTimeout>;
	const update = () => {
		clearTimeout(timer);
		today.value = new Date();
		timer = setTimeout(update, untilMidnight(today.value) + 1000);
	};
	// Timers are late after the machine has slept.
	document.addEventListener('visibilitychange', () => !document.hidden && update());
	update();
}
