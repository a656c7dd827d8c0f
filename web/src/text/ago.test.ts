import { expect, test } from 'vitest';
import { ago } from './ago';

const now = new Date('2026-11-24T12:00:00Z');

test.each<[string, string]>([
	['2026-11-24T12:00:02Z', 'now'],
	['2026-11-24T11:59:30Z', 'now'],
	['2026-11-24T11:59:00Z', '1 minute ago'],
	['2026-11-24T11:54:10Z', '5 minutes ago'],
	['2026-11-24T09:30:00Z', '2 hours ago'],
	['2026-11-23T11:00:00Z', 'yesterday'],
	['2026-09-20T12:00:00Z', '2 months ago'],
	['2024-11-20T12:00:00Z', '2 years ago'],
])('%s was %s', (iso, words) => {
	expect(ago(iso, now)).toBe(words);
});
