import { signal } from '@preact/signals';
import { untilMidnight } from '../text/time';

/** The current day, for 'Today' and 'Yesterday': changes at midnight and on return to the tab. */
export const today = signal(new Date());

/** Keeps `today` right for as long as the page is open. */
export function watchDays(): void {
	let timer: ReturnType<typeof setTimeout>;
	const update = () => {
		clearTimeout(timer);
		today.value = new Date();
		timer = setTimeout(update, untilMidnight(today.value) + 1000);
	};
	// A sleeping machine's timers are late.
	document.addEventListener('visibilitychange', () => !document.hidden && update());
	update();
}
