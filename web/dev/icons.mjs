// The installed page's icons, drawn from the logo: node dev/icons.mjs
import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';

const logo = readFileSync(new URL('../src/ui/logo.svg', import.meta.url)).toString('base64');
/** Only the middle 80 % of a maskable icon is sure to show: https://www.w3.org/TR/appmanifest/#icon-masks */
const icons = [
	{ file: 'icon-192.png', size: 192, part: 0.84, wall: 'transparent' },
	{ file: 'icon-512.png', size: 512, part: 0.84, wall: 'transparent' },
	{ file: 'icon-maskable-512.png', size: 512, part: 0.56, wall: '#212529' },
	{ file: 'apple-touch-icon.png', size: 180, part: 0.68, wall: '#212529' },
];
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu'],
});
try {
	for (const { file, size, part, wall } of icons) {
		const page = await browser.newPage({ viewport: { width: size, height: size } });
		await page.setContent(
			`<body style="margin:0;display:grid;place-items:center;height:100vh;background:${wall}">` +
				`<img style="width:${part * 100}%" src="data:image/svg+xml;base64,${logo}">`,
		);
		await page.screenshot({
			path: new URL(`../public/${file}`, import.meta.url).pathname,
			omitBackground: wall === 'transparent',
		});
		await page.close();
	}
} finally {
	await browser.close();
}
