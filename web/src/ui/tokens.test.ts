import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const folder = new URL('..', import.meta.url);
const sheet = (name: string) => readFileSync(new URL(name, folder), 'utf8');

/** The colour tokens: name → [light, dark]. */
const tokens = new Map(
	[
		...sheet('ui/tokens.css').matchAll(
			/--([\w-]+):\s*(?:light-dark\(([^,]+),\s*([^)]+)\)|(#\w+));/g,
		),
	].map(([, name = '', light, dark, both]) => [name, [light ?? both ?? '', dark ?? both ?? '']]),
);

/** Relative luminance of a hex colour (WCAG 2.2). */
function luminance(hex: string): number {
	const digits = hex.slice(1);
	const full = digits.length === 3 ? [...digits].map((d) => d + d).join('') : digits;
	const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
		const channel = Number.parseInt(full.slice(at, at + 2), 16) / 255;
		return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
	const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (high + 0.05) / (low + 0.05);
}

const walls = ['page', 'surface', 'raised'];
const bubbles = ['surface', 'own', 'own-sunk', 'bad-fill'];
const hues = [0, 1, 2, 3, 4, 5].map((n) => `hue-${n}`);

/** The inks, the grounds they stand on, and the least contrast: 4.5 for text, 3 for edges. */
const pairs: [inks: string[], grounds: string[], least: number][] = [
	[['ink'], [...walls, ...bubbles, 'sunk'], 4.5],
	[['ink-2'], [...walls, ...bubbles, 'sunk'], 4.5],
	[['bad'], ['page', 'surface', 'bad-fill'], 4.5],
	[['live'], ['raised', 'page'], 4.5],
	[['on-live'], ['live-fill'], 4.5],
	[['warn'], ['warn-fill'], 4.5],
	[['info'], ['info-fill'], 4.5],
	[['on-mark'], ['mark'], 4.5],
	[['mention'], ['mention-fill'], 4.5],
	[['link'], ['surface', 'own', 'own-sunk', 'bad-fill'], 4.5],
	[['on-mark-now'], ['mark-now'], 4.5],
	[hues, ['surface'], 4.5],
	[['nav-ink', 'nav-ink-2'], ['nav', 'nav-field'], 4.5],
	[['on-button'], ['start-from', 'start-to', 'send-from', 'send-to'], 4.5],
	[['on-button'], ['send-hover-from', 'send-hover-to'], 4.5],
	[['edge', 'focus', 'live-dot'], ['page', 'surface'], 3],
	[['nav-focus'], ['nav'], 3],
];

describe.each([
	['light', 0],
	['dark', 1],
] as const)('in the %s theme', (_, theme) => {
	const cases = pairs.flatMap(([inks, grounds, least]) =>
		inks.flatMap((ink) => grounds.map((ground) => ({ ink, ground, least }))),
	);
	test.each(cases)('$ink shows on $ground', ({ ink, ground, least }) => {
		const colours = [ink, ground].map((name) => tokens.get(name)?.[theme]);
		expect(contrast(colours[0] ?? '', colours[1] ?? '')).toBeGreaterThanOrEqual(least);
	});
});

const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
	(name) => name.endsWith('.css') && !name.endsWith('tokens.css'),
);

test.each(sheets)('%s takes its colours from the tokens', (name) => {
	const bare = sheet(name).replace(/\/\*[\s\S]*?\*\//g, '');
	expect(bare.match(/#[0-9a-f]{3,8}\b|rgb\(|hsl\(/gi) ?? []).toEqual([]);
});

test.each(sheets)('%s is written for both directions', (name) => {
	const physical = /(?:^|[\s;{])(?:margin|padding|border|inset)?-?(?:left|right)(?:-\w+)?\s*:/gm;
	expect(sheet(name).match(physical) ?? []).toEqual([]);
});
