// One picture of every state for each theme, desktop and phone: make contact-sheet
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launch, sizes, states, take } from './scenes.mjs';

const folder = process.argv[2] ?? new URL('../../.local/contact-sheet/', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'contact-sheet-'));
const part = { desktop: 320, phone: 120 };
const image = (file, width) =>
	`<img width="${width}" src="data:image/png;base64,${readFileSync(file).toString('base64')}">`;

try {
	mkdirSync(folder, { recursive: true });
	await take(scratch, states, 1.5);
	const browser = await chromium.launch(launch);
	const page = await browser.newPage({
		viewport: { width: 1324, height: 800 },
		deviceScaleFactor: 1.25,
	});
	for (const theme of ['light', 'dark']) {
		const cell = (state) =>
			`<figure><figcaption>${state}</figcaption><div>${Object.keys(sizes)
				.map((size) => image(join(scratch, `${state}-${size}-${theme}.png`), part[size]))
				.join('')}</div></figure>`;
		await page.setContent(
			`<style>body{margin:12px;background:#777;display:grid;grid-template-columns:repeat(3,1fr);gap:12px}
			figure{margin:0}figcaption{font:11px sans-serif;color:#fff;padding-bottom:3px}
			div{display:flex;gap:6px;align-items:flex-start}img{display:block;border-radius:4px}</style>` +
				states.map(cell).join(''),
		);
		await page.screenshot({
			path: join(folder, `contact-sheet-${theme}.jpg`),
			type: 'jpeg',
			quality: 72,
			fullPage: true,
		});
	}
	await browser.close();
} finally {
	rmSync(scratch, { recursive: true, force: true });
}
