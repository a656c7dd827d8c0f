import { effect } from '@preact/signals';
import { forgetOthers } from '../log/last-messages';
import { watchDays } from '../log/today';
import { watchTimes } from '../log/tooltips';
import { fetchRest } from '../ui/lazy';
import { remembered } from '../visit/remembered';
import type { Visit } from '../visit/visit';
import { register } from './register';
import { followSystemTheme } from './theme';
import { watchViewport } from './viewport';

/** Starts everything that the page watches after its first load. */
export function watch(visit: Visit): void {
	followSystemTheme();
	watchDays();
	watchTimes();
	watchViewport();
	void register();
	forgetWhoLeft(visit);
	// Some code may not have come while the network was gone.
	addEventListener('online', () => void fetchRest());
}

/** Deletes the kept messages of everybody but the person who uses this browser now. */
function forgetWhoLeft(visit: Visit): void {
	effect(() => {
		const { kind } = visit.screen.value;
		const me = visit.session.value;
		// While the page starts, nobody is known yet. Without an answer of the server it is the remembered person.
		if (kind === 'starting') return;
		void forgetOthers(me && remembered() ? me.uid : null);
	});
}
