import { expect, test } from './fixtures';
import { seed } from './seed';
import { unique } from './visitor';
import { Wire } from './wire';

/** The console lines that the browser itself writes without a network. */
const offline = [/ERR_INTERNET_DISCONNECTED/, /WebSocket connection to .* failed/];

test('M22 a message is “Sending” until it is acknowledged, and stays one bubble', {
	tag: '@smoke',
}, async ({ arrive, room }) => {
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	wire.passes = ({ type }) => type !== 'sent';
	await ann.say('hello');
	const bubble = ann.message('hello');
	await expect(bubble).toHaveAttribute('data-state', 'pending');
	await expect(bubble).toContainText('Sending');
	// The same element stays: nothing flickers, and a selection in it survives.
	await bubble.evaluate((element) => element.setAttribute('data-marked', ''));
	wire.release();
	await expect(bubble).toHaveAttribute('data-state', 'confirmed');
	await expect(bubble).not.toContainText('Sending');
	await expect(bubble).toHaveAttribute('data-marked', '');
	await ann.shows('hello');
});

test('M23 without an answer a message fails after 15 s; Retry sends the same one', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await ann.page.clock.install();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	wire.arrives = ({ action }) => action !== 'send';
	await ann.say('hello');
	const bubble = ann.message('hello');
	await expect(bubble).toHaveAttribute('data-state', 'pending');
	await expect.poll(() => wire.requests('send').length).toBe(1);
	// Without an answer the page pings to see whether the socket is alive. It is.
	await ann.page.clock.runFor(10_000);
	await expect.poll(() => wire.got.filter(({ type }) => type === 'pong').length).toBe(1);
	await ann.page.clock.runFor(5_000);
	await expect(bubble).toHaveAttribute('data-state', 'failed');
	await expect(bubble).toContainText('Failed to send');
	await expect(bubble.getByRole('button', { name: 'Delete' })).toBeVisible();

	const tries = wire.requests('send').length;
	wire.arrives = () => true;
	await bubble.getByRole('button', { name: 'Retry' }).click();
	await expect.poll(() => wire.requests('send').length).toBeGreaterThan(tries);
	expect(new Set(wire.requests('send').map(({ cid }) => cid)).size).toBe(1);
	await ann.shows('hello');
	await bob.shows('hello');
});

test('M23 a refused message keeps its text over a reload, until Delete', { tag: '@smoke' }, async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	wire.answer = ({ action }) =>
		action === 'send'
			? { type: 'error', code: 'forbidden', message: 'Not here.', temporary: false }
			: null;
	await ann.say('hello');
	const bubble = ann.message('hello');
	await expect(bubble).toHaveAttribute('data-state', 'failed');
	await expect(bubble).toContainText('Failed to send: not allowed here');
	await ann.page.reload();
	await expect(bubble).toHaveAttribute('data-state', 'failed');
	await bubble.getByRole('button', { name: 'Delete' }).click();
	await expect(ann.messages).toHaveCount(0);
	await ann.page.reload();
	await ann.isLive();
	await expect(ann.messages).toHaveCount(0);
});

test('M24 a cut shows at once; what is written meanwhile goes out once and in order', {
	tag: '@smoke',
}, async ({ arrive, guard, room }) => {
	guard.allow(...offline);
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.say('before');
	await ann.shows('before');

	await ann.context.setOffline(true);
	await wire.cut();
	await expect(ann.banner).toContainText('Reconnecting…');
	await expect(ann.page.getByRole('button', { name: 'Retry now' })).toBeVisible();
	const written = ['one', 'two', 'three'];
	for (const text of written) await ann.say(text);
	await expect(ann.texts).toHaveText(['before', ...written]);
	await expect(ann.message('two')).toHaveAttribute('data-state', 'pending');
	await expect(ann.page.getByText('3 messages waiting to go out')).toBeVisible();

	// When the network returns, the page tries at once.
	await ann.context.setOffline(false);
	await ann.shows('before', ...written);
	await bob.shows('before', ...written);
	await expect(ann.banner).toHaveCount(0);
	const cids = wire.requests('send').map(({ cid }) => cid);
	expect(new Set(cids).size).toBe(4);
});

test('M25 after a cut only what was missed is asked for, and it is shown once', {
	tag: '@smoke',
}, async ({ arrive, guard, room, request }) => {
	guard.allow(...offline);
	const older = await seed(request, room, 5);
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.shows(...older);

	await ann.context.setOffline(true);
	await wire.cut();
	await expect(ann.banner).toContainText('Reconnecting…');
	await bob.say('missed one');
	await bob.say('missed two');
	await bob.shows(...older, 'missed one', 'missed two');
	await ann.context.setOffline(false);
	await ann.shows(...older, 'missed one', 'missed two');
	expect(wire.requests('join').at(-1)).toMatchObject({ since: { seq: 5 } });

	// The same push again, and once more behind the next one.
	const pushes: object[] = [];
	wire.passes = (frame) => {
		if (frame.type === 'messages') pushes.push(frame);
		return true;
	};
	await bob.say('next');
	await ann.shows(...older, 'missed one', 'missed two', 'next');
	for (const push of [...pushes, ...pushes]) wire.push({ ...push });
	await bob.say('last');
	await ann.shows(...older, 'missed one', 'missed two', 'next', 'last');
});

test('M26 a socket that has gone silent is replaced', async ({ arrive, room }) => {
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await ann.page.clock.install();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	await ann.say('alive');
	await ann.shows('alive');
	wire.passes = () => wire.sockets > 1;
	await bob.say('unheard');
	await bob.shows('alive', 'unheard');
	// The page pings after 25 s, and waits 5 s for the answer.
	await ann.page.clock.runFor(25_000);
	await expect.poll(() => wire.requests('ping').length).toBe(1);
	await ann.page.clock.runFor(5_000);
	await expect.poll(() => wire.sockets).toBe(2);
	await ann.shows('alive', 'unheard');
});

test('where no socket can be had the page asks by itself, and says so', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	const bob = await (await arrive(unique('Bob'))).enter(room);
	await bob.say('hello');
	await ann.page.clock.install();
	await ann.page.routeWebSocket(/\/ws\?v=1$/, (socket) => socket.close());
	await ann.page.goto(`/${encodeURIComponent(room)}/?username=${encodeURIComponent(ann.name)}`);
	const polling = ann.page.getByText(/No live connection here/);
	await expect(async () => {
		await ann.page.clock.runFor(1000);
		await expect(polling).toBeVisible({ timeout: 100 });
	}).toPass();
	await ann.shows('hello');
	await ann.say('by post');
	await ann.shows('hello', 'by post');
	await bob.shows('hello', 'by post');
	await bob.say('by push');
	await bob.shows('hello', 'by post', 'by push');
	await ann.page.clock.runFor(30_000);
	await ann.shows('hello', 'by post', 'by push');
});

test('M24 the banner is there within 2 s of a cut, and not for one that is over at once', async ({
	arrive,
	room,
}) => {
	const ann = await arrive();
	await ann.page.clock.install();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	// A try that hangs: the page stays cut off.
	await ann.page.routeWebSocket(/\/ws\?v=1$/, () => {});
	await ann.page.clock.pauseAt(new Date(Date.now() + 3_600_000));
	await wire.cut();
	await expect.poll(() => ann.people(1).count()).toBe(0);
	await expect(ann.banner).toHaveCount(0);
	await ann.page.clock.runFor(2000);
	await expect(ann.banner).toContainText('Reconnecting…');
	await expect(ann.page.getByRole('button', { name: 'Retry now' })).toBeVisible();
});

test('M26 the delays between tries grow, with jitter; the network’s return is a try at once', async ({
	arrive,
	guard,
	room,
}) => {
	guard.allow(/WebSocket connection to .* failed/);
	const ann = await arrive();
	await ann.page.clock.install();
	const wire = await Wire.tap(ann.page);
	await ann.enter(room);
	const tries: number[] = [];
	await ann.page.routeWebSocket(/\/ws\?v=1$/, (socket) => {
		tries.push(tries.length);
		socket.close();
	});
	// HTTP fails, too, so the page does not fall back to polling.
	await ann.page.route('**/api/session', (route) => route.fulfill({ status: 503, body: '{}' }));
	guard.allow(/status of 503/);
	await ann.page.clock.pauseAt(new Date(Date.now() + 3_600_000));
	// The test sets Math.random: a half and nearly one, in turn.
	await ann.page.evaluate(() => {
		let turn = 0;
		crypto.getRandomValues = (numbers) => {
			if (numbers instanceof Uint32Array) numbers[0] = turn++ % 2 === 0 ? 2 ** 31 : 2 ** 32 - 1;
			return numbers;
		};
	});
	await wire.cut();
	/** The time until the next try in ms, measured in steps of a tenth of a second. */
	const next = async () => {
		const before = tries.length;
		for (let ms = 0; ms < 70_000; ms += 100) {
			if (tries.length > before) return ms;
			await ann.page.clock.runFor(100);
		}
		throw new Error('the page does not try again');
	};
	const delays: number[] = [];
	for (let n = 0; n < 7; n++) delays.push(await next());
	// Each wait is a random share of a limit that doubles, up to 30 s.
	const wanted = [250, 1000, 1000, 4000, 4000, 16_000, 15_000];
	for (const [n, ms] of wanted.entries()) {
		expect(delays[n], `delay ${n} of ${delays}`).toBeGreaterThanOrEqual(ms - 300);
		expect(delays[n], `delay ${n} of ${delays}`).toBeLessThanOrEqual(ms + 300);
	}
	const before = tries.length;
	await ann.page.evaluate(() => dispatchEvent(new Event('online')));
	await expect.poll(() => tries.length).toBe(before + 1);
});
