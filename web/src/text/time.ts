import { computed } from '@preact/signals';
import { language } from './i18n';

const formats = computed(() => {
	const spoken = language.value;
	const { language: own = spoken } = globalThis.navigator ?? {};
	// The browser's own variant of the page's language: en-GB writes 17:48, en-US 5:48 PM.
	const locale = own.startsWith(spoken) ? own : spoken;
	const form = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
	return {
		clock: form({ hour: 'numeric', minute: '2-digit' }),
		full: form({ dateStyle: 'full', timeStyle: 'medium' }),
		thisYear: form({ weekday: 'long', day: 'numeric', month: 'long' }),
		otherYear: form({ dateStyle: 'full' }),
		relative: new Intl.RelativeTimeFormat(spoken, { numeric: 'auto' }),
	};
});

/** The time of day, local: '17:48'. */
export function timeOfDay(iso: string): string {
	return formats.value.clock.format(new Date(iso));
}

/** Date and time in full, for the tooltip. */
export function fullTime(iso: string): string {
	return formats.value.full.format(new Date(iso));
}

/** A local calendar day as a sortable key: '2026-11-24'. */
export function dayKey(date: Date): string {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The text of a day separator: 'Today', 'Yesterday', or the date. */
export function dayName(iso: string, now: Date): string {
	const { relative, thisYear, otherYear } = formats.value;
	const date = new Date(iso);
	const key = dayKey(date);
	const daysBefore = (n: number) =>
		dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - n));
	if (key === daysBefore(0)) return capital(relative.format(0, 'day'));
	if (key === daysBefore(1)) return capital(relative.format(-1, 'day'));
	return (date.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(date);
}

/** The time until the day changes, in ms. */
export function untilMidnight(now: Date): number {
	const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
	return midnight.getTime() - now.getTime();
}

function capital(word: string): string {
	return word.charAt(0).toLocaleUpperCase(language.value) + word.slice(1);
}
