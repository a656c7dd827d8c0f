import { fetchRest } from '../views/lazy';
import { followSystemTheme } from './theme';
import { watchDays } from './today';
import { watchTimes } from './tooltips';
import { watchViewport } from './viewport';

/** All that the page keeps an eye on from when it has settled. */
export function watch(): void {
	followSystemTheme();
	watchDays();
	watchTimes();
	watchViewport();
	// What the network has kept back.
	addEventListener('online', () => void fetchRest());
}
