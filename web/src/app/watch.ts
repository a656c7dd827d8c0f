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

/** All that the page keeps an eye on from when it has settled. */
export function watch(visit: Visit): void {
	followSystemTheme();
	watchDays();
	watchTimes();
	watchViewport();
	void register();
	forgetWhoLeft(visit);
	// What the network has kept back.
	addEventListener('online', () => void fetchRest());
}

/** Nothing is kept of anybody but the one who is here. */
function forgetWhoLeft(visit: Visit): void {
	effect(() => {
		const { kind } = visit.screen.value;
		const me = visit.session.value;
		// Under way nothing is known yet; without an answer, only who was remembered.
		if (kind === 'starting') return;
		void forgetOthers(me && remembered() ? me.uid : null);
	});
}
