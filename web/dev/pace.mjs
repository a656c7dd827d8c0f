// The real client on a scripted socket, in the built page: node dev/pace.mjs [paint | day] [build …]
// With 10,000 messages loaded and 50 more arriving each second, it prints the time from a frame on
// the socket to the painted message, and the main thread's time for it. It also prints the heap
// before and after a quiet day. Several builds (folders like dist) take turns.
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { launch } from './scenes.mjs';

const count = 10_000;
const [only, ...builds] = process.argv.slice(2);

/** Stands in for the server, in the page. */
function script(count) {
	const me = { uid: 'u_me', name: 'Ann', expires: '2099-01-01T00:00:00Z' };
	const epoch = 'epoch';
	const row = (seq, text = `message ${seq}`) => ({
		...{ seq, kind: 'message', cid: `c${seq}`, uid: `u_${seq % 7}`, name: `N ${seq % 7}`, text },
		at: new Date(Date.now() - (count - seq) * 60_000).toISOString(),
	});
	let head = count;
	const page = (from, to) =>
		Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => row(from + i));
	const answers = {
		join: ({ since }) => ({
			...{ type: 'joined', v: 2, room: 'general', title: 'General', uid: me.uid, epoch },
			...{ seq: head, messages: since ? [] : page(head - 49, head), more: !since, reset: false },
			...{ online: [me], onlineCount: 1 },
		}),
		history: ({ before }) => {
			const from = Math.max(1, before - 1000);
			const messages = page(from, before - 1);
			return { type: 'history', room: 'general', epoch, messages, more: from > 1 };
		},
		ping: () => ({
			type: 'pong',
			heads: { general: { epoch, seq: head, live: true, onlineCount: 1 } },
		}),
	};
	let current;
	globalThis.WebSocket = class {
		constructor() {
			current = this;
			setTimeout(() => this.onopen?.({}), 0);
		}
		send(text) {
			const request = JSON.parse(text);
			const answer = answers[request.action]?.(request);
			if (answer) setTimeout(() => this.say({ ...answer, id: request.id }), 0);
		}
		say(frame) {
			this.onmessage?.({ data: JSON.stringify(frame) });
		}
		close() {}
	};
	globalThis.pushed = (text) => {
		const messages = [row(++head, text)];
		current.say({ type: 'messages', room: 'general', epoch, messages });
	};
	globalThis.fetch = async () => new Response(JSON.stringify(me));
}

/** Waits until everything is loaded. Runs in the page. */
async function loadAll() {
	const frame = () => new Promise(requestAnimationFrame);
	while (!document.querySelector('.beginning')) {
		const log = document.querySelector('.log');
		if (log) log.scrollTop = 0;
		await frame();
	}
	document.querySelector('.jump')?.click();
	await frame();
}

/** Sends 50 messages a second for a while. Runs in the page. */
async function arriving(seconds) {
	const times = [];
	const painted = () =>
		new Promise((resolve) =>
			requestAnimationFrame(() => {
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = resolve;
				port2.postMessage(null);
			}),
		);
	for (let n = 0; n < seconds * 50; n++) {
		const from = performance.now();
		const text = `now ${n}`;
		globalThis.pushed(text);
		const done = painted().then(() => {
			const shown = [...document.querySelectorAll('.text')].slice(-3).map((one) => one.textContent);
			times.push(shown.includes(text) ? performance.now() - from : Number.POSITIVE_INFINITY);
		});
		await new Promise((resolve) =>
			setTimeout(resolve, Math.max(0, 20 - (performance.now() - from))),
		);
		if (n % 50 === 0) await done;
	}
	await painted();
	times.sort((a, b) => a - b);
	const at = (part) => Math.round(times[Math.floor(times.length * part)] * 10) / 10;
	return { messages: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function heap(page) {
	const session = await page.context().newCDPSession(page);
	await session.send('HeapProfiler.collectGarbage');
	const { usedSize } = await session.send('Runtime.getHeapUsage');
	return Math.round((usedSize / 2 ** 20) * 100) / 100;
}

/** The main thread's time so far in ms, by kind of work. */
async function spent(session) {
	const { metrics } = await session.send('Performance.getMetrics');
	const of = (name) => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? 0);
	const [script, style] = [of('ScriptDuration'), of('RecalcStyleDuration')];
	return { script, style, layout: of('LayoutDuration'), all: of('TaskDuration') };
}

const browser = await chromium.launch(launch);
try {
	for (const build of builds.length > 0 ? builds : ['dist']) await measure(build);
} finally {
	await browser.close();
}

async function measure(outDir) {
	const server = await preview({
		...{ build: { outDir }, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error' },
	});
	const { port } = server.httpServer.address();
	const address = `http://127.0.0.1:${port}/?room=General&username=Ann`;
	try {
		if (only !== 'day') await paint(address);
		if (only !== 'paint') await day(address);
	} finally {
		await server.close();
	}
}

async function paint(address) {
	const page = await browser.newPage({
		viewport: { width: 1280, height: 800 },
		serviceWorkers: 'block',
	});
	await page.addInitScript(script, count);
	page.on('console', (message) => message.type() === 'error' && console.log(message.text()));
	page.on('pageerror', (error) => console.log(String(error)));
	await page.goto(address);
	await page.waitForSelector('li[data-key]');
	await page.evaluate(loadAll);
	const session = await page.context().newCDPSession(page);
	await session.send('Performance.enable', { timeDomain: 'threadTicks' });
	const before = await spent(session);
	const times = await page.evaluate(arriving, 10);
	console.log('frame to paint, ms', times);
	const after = Object.entries(await spent(session));
	const each = after.map(([what, ms]) => [what, ((ms - before[what]) / times.messages).toFixed(1)]);
	console.log('main thread, ms a message', Object.fromEntries(each));
	await page.close();
}

async function day(address) {
	const quiet = await browser.newPage({ serviceWorkers: 'block' });
	await quiet.clock.install();
	await quiet.addInitScript(script, count);
	await quiet.goto(address);
	await quiet.clock.runFor(60_000);
	const sizes = [await heap(quiet)];
	for (let hours = 0; hours < 24; hours += 6) {
		await quiet.clock.runFor(6 * 3_600_000);
		sizes.push(await heap(quiet));
	}
	console.log('heap every 6 h of a quiet day, MB', sizes.join(' '));
}
