import { language } from '../text/i18n';

/** The browser's own form of the page's language (en-GB writes 17:48, en-US 5:48 PM). */
const locale = globalThis.navigator?.language?.startsWith(language) ? navigator.language : language;

const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
const thisYear = new Intl.DateTimeFormat(locale, {
	weekday: 'long',
	day: 'numeric',
	month: 'long',
});
const otherYear = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });

/** The time of day, local: '17:48'. */
export function timeOfDay(iso: string): string {
	return clock.format(new Date(iso));
}

/** Date and time in full, for the tooltip. */
export function fullTime(iso: string): string {
	return full.format(new Date(iso));
}

/** A local calendar day as a key that sorts: '2026-11-24'. */
export function dayKey(date: Date): string {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What a day separator says: 'Today', 'Yesterday', or the date. */
export function dayName(iso: string, now: Date): string {
	const date = new Date(iso);
	const key = dayKey(date);
	const daysBefore = (n: number) =>
		dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - n));
	if (key === daysBefore(0)) return capital(relative.format(0, 'day'));
	if (key === daysBefore(1)) return capital(relative.format(-1, 'day'));
	return (date.getFullYear() === now.getFullYear() ? thisYear : otherYear).format(date);
}

/** How long until the day changes, in ms. */
export function untilMidnight(now: Date): number {
	const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
	return midnight.getTime() - now.getTime();
}

function capital(word: string): string {
	return word.charAt(0).toLocaleUpperCase(language) + word.slice(1);
}
