// A room with 10,000 messages, scrolled to its beginning: node dev/long-room.mjs [seconds at most]
// Prints the frame times, the number of nodes and the size of the heap.
import { chromium } from '@playwright/test';
import { createServer } from 'vite';

const server = await createServer({ server: { port: 0, host: '127.0.0.1' }, logLevel: 'error' });
await server.listen();
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--enable-precise-memory-info'].concat(
		[
			'--disable-gpu',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	),
});

/** Scrolls up frame by frame until there is nothing older. Runs in the page. */
async function scrollUp(seconds) {
	const end = performance.now() + seconds * 1000;
	const frame = () => new Promise(requestAnimationFrame);
	const times = [];
	let most = 0;
	let still = 0;
	let before = await frame();
	for (let n = 0; still < 60 && performance.now() < end; n++) {
		const log = document.querySelector('.log');
		const top = log.scrollTop;
		log.scrollTop = top - 200;
		const now = await frame();
		times.push(now - before);
		before = now;
		still = log.scrollTop === 0 && top === 0 ? still + 1 : 0;
		if (n % 100 === 0) most = Math.max(most, document.querySelectorAll('*').length);
	}
	times.sort((a, b) => a - b);
	const at = (part) => Math.round(times[Math.floor(times.length * part)] * 10) / 10;
	return {
		frames: times.length,
		p50: at(0.5),
		p95: at(0.95),
		p99: at(0.99),
		nodes: most,
		rows: document.querySelectorAll('li[data-key]').length,
		beginning: document.querySelector('.beginning') !== null,
		heapMB: Math.round(performance.memory.usedJSHeapSize / 2 ** 20),
	};
}

try {
	const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
	const { port } = server.httpServer.address();
	await page.goto(`http://127.0.0.1:${port}/dev/gallery.html?state=huge`);
	await page.waitForSelector('li[data-key]');
	await page.waitForTimeout(3000);
	console.log(await page.evaluate(scrollUp, Number(process.argv[2] ?? 600)));
} finally {
	await browser.close();
	await server.close();
}
