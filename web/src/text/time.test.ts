import { expect, test } from 'vitest';
import { dayKey, dayName, timeOfDay, untilMidnight } from './time';

const now = new Date(2026, 10, 24, 12, 0);

test.each<[string, Date, string | RegExp]>([
	['today', new Date(2026, 10, 24, 0, 1), 'Today'],
	['yesterday', new Date(2026, 10, 23, 23, 59), 'Yesterday'],
	['earlier this year', new Date(2026, 10, 20, 9, 0), /^Friday\D+20\D*$|^Friday,? November 20$/],
	['another year', new Date(2025, 10, 20, 9, 0), /2025/],
])('a day is called: %s', (_, date, expected) => {
	expect(dayName(date.toISOString(), now)).toMatch(expected);
});

test('a day is a local day', () => {
	expect(dayKey(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
	expect(untilMidnight(new Date(2026, 10, 24, 23, 59))).toBe(60_000);
});

test('the time has hours and minutes', () => {
	expect(timeOfDay(new Date(2026, 10, 24, 17, 48).toISOString())).toMatch(/^(17|5):48/);
});
