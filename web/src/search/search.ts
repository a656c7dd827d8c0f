import { signal } from '@preact/signals';
import { found } from '../log/found';

/** The query of the bar's search. It finds rooms on the home page, and messages in a room. */
export const query = signal('');

/** The number of the current hit: 0 is the newest. It wraps. */
export const hit = signal(0);

/** Starts another search. The same query again moves on to the next hit. */
export function search(text: string, step: 1 | -1 = 1): void {
	const wanted = text.trim();
	if (wanted !== query.value) {
		query.value = wanted;
		hit.value = 0;
	} else if (wanted !== '') {
		hit.value += step;
	}
}

export function clearSearch(): void {
	query.value = '';
	hit.value = 0;
	found.value = null;
}
