import { signal } from '@preact/signals';
import { load, save } from '../ui/storage';

export type Theme = 'light' | 'dark';

/** public/theme.js reads it before the first paint. */
const key = 'pc.theme';

const systemDark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

function current(): Theme {
	const forced = load(key);
	if (forced === 'light' || forced === 'dark') return forced;
	return systemDark?.matches ? 'dark' : 'light';
}

/** The current theme: the person's choice, or the system's. */
export const theme = signal<Theme>(current());

/** Switches to the other theme. If that is the system's own, the page follows the system again. */
export function toggleTheme(): void {
	const next = theme.value === 'dark' ? 'light' : 'dark';
	const followsSystem = next === (systemDark?.matches ? 'dark' : 'light');
	save(key, followsSystem ? null : next);
	if (followsSystem) delete document.documentElement.dataset.bsTheme;
	else document.documentElement.dataset.bsTheme = next;
	theme.value = next;
}

/** Follows the system's theme as long as the person has chosen none. */
export function followSystemTheme(): void {
	systemDark?.addEventListener('change', () => {
		theme.value = current();
	});
}
