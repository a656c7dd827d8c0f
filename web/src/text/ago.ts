import { language } from './i18n';

const units: [Intl.RelativeTimeFormatUnit, seconds: number][] = [
	['year', 31_557_600],
	['month', 2_629_800],
	['day', 86_400],
	['hour', 3600],
	['minute', 60],
];

/** How long ago it was, in words: '5 minutes ago', 'now'. */
export function ago(iso: string, now: Date): string {
	const seconds = Math.round((Date.parse(iso) - now.getTime()) / 1000);
	const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
	const form = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' });
	return form.format(unit === 'second' ? 0 : Math.trunc(seconds / size), unit);
}
