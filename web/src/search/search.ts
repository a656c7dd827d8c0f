import { signal } from '@preact/signals';
import { found } from '../log/found';

/** What the bar's search asks for: rooms on the home page, messages in a room. */
export const query = signal('');

/** Which hit is the current one, counted from the newest: 0 and up; it wraps. */
export const hit = signal(0);

/** Asks for something else; asked again for the same, goes on to the next hit. */
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
