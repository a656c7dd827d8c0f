/** Plays the scripts that both clients must follow: lab/client/testdata/README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type FakeEnv, fakeEnv } from '../../test/client/fake-env';
import { FakeServer, me } from '../../test/client/fake-server';
import type { Change, Entry, Room } from './client';
import type { SocketLike } from './env';
import { Outbox } from './outbox';
import { openRoom } from './room';
import type { Stored } from './storage';

type Bag = Record<string, unknown>;

interface Step {
	at: number;
	opened?: number;
	closed?: number;
	channel?: number;
	frame?: Bag;
	raw?: string;
	write?: string;
	change?: { kind: Change; target: number; text?: string };
	typing?: boolean;
	retry?: string;
	discard?: string;
	visible?: boolean;
	online?: boolean;
	answer?: { status: number; body?: Bag };
	pongs?: Bag | false;
	dials?: number;
	hangs?: number[];
	sends?: Bag[];
	asks?: Bag[];
	shows?: string[];
	presence?: string[];
	state?: string;
}

interface Scenario {
	about: string;
	after?: string;
	hidden?: boolean;
	outbox?: (Pick<Stored, 'uid' | 'cid' | 'text' | 'since' | 'tried'> & { age: number })[];
	steps: Step[];
}

const testdata = new URL('../../../lab/client/testdata/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, testdata), 'utf8'));
const usual = read('frames.json') as Record<string, Bag>;
const scenarios = readdirSync(new URL('scenarios/', testdata)).map((name): [string, Scenario] => [
	name.replace('.json', ''),
	read(`scenarios/${name}`),
]);

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-24T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

it.each(scenarios)('%s', async (_, scenario) => {
	const player = new Player();
	await player.open(scenario);
	const began = Date.now();
	const steps = [
		...(scenario.after ? (read(`${scenario.after}.json`) as Step[]) : []),
		...scenario.steps,
	];
	for (const [i, step] of steps.entries()) {
		await vi.advanceTimersByTimeAsync(step.at - (Date.now() - began));
		player.happen(step);
		await vi.advanceTimersByTimeAsync(0);
		player.expect(`step ${i + 1}, at ${step.at} ms`, step);
	}
	player.room.close();
});

/** The client's side of a channel, as the script has it. */
interface FakeChannel {
	/** The script has closed it: the client's own close does not count then. */
	gone: boolean;
	onopen: (() => void) | null;
	onmessage: ((event: { data: string }) => void) | null;
	onclose: (() => void) | null;
}

/** Plays the server and the person for one room of the page's client. */
class Player {
	room!: Room;
	readonly #env: FakeEnv = fakeEnv(new FakeServer());
	readonly #channels: FakeChannel[] = [];
	readonly #bound = new Map<string, unknown>();
	#pongs: Bag | false = false;
	#dials = 0;
	#hangs: number[] = [];
	#sends: Bag[] = [];
	#asks: Bag[] = [];
	#unanswered: ((response: Response | null) => void)[] = [];

	async open({ outbox = [], hidden }: Scenario): Promise<void> {
		const env = this.#env;
		env.chance = () => 0.5;
		env.socket = () => this.#dial();
		env.fetch = (path, init) => this.#fetch(path, init);
		if (hidden) env.look(false);
		for (const { age, ...entry } of outbox) {
			const written = Date.now() - age;
			const rest = { room: 'general', written, wordAt: written, reset: false, refused: null };
			await env.store.put({ ...entry, ...rest });
		}
		this.room = openRoom('General', me, env, Outbox);
		await vi.advanceTimersByTimeAsync(0);
	}

	happen(s: Step): void {
		const channel = (n: number) => this.#channels[n - 1] as FakeChannel;
		const receive = (data: string) => channel(s.channel ?? 1).onmessage?.({ data });
		if (s.opened) channel(s.opened).onopen?.();
		if (s.closed) {
			channel(s.closed).gone = true;
			channel(s.closed).onclose?.();
		}
		if (s.frame) receive(JSON.stringify(this.#fill(s.frame)));
		if (s.raw !== undefined) receive(s.raw);
		if (s.write !== undefined) this.room.send(s.write);
		if (s.change) this.room.change(s.change.kind, s.change.target, s.change.text ?? '');
		if (s.typing) this.room.type();
		if (s.retry) this.room.retry(String(this.#value(s.retry)));
		if (s.discard) this.room.discard(String(this.#value(s.discard)));
		if (s.visible !== undefined) this.#env.look(s.visible);
		if (s.online) this.#env.fire('online');
		if (s.pongs !== undefined) this.#pongs = s.pongs;
		if (s.answer) {
			const { status, body } = s.answer;
			const response =
				status === 0 ? null : new Response(JSON.stringify(this.#fill(body ?? {})), { status });
			this.#unanswered.shift()?.(response);
		}
	}

	/** Expects exactly what the client did since the last step. */
	expect(where: string, s: Step): void {
		for (const [i, want] of (s.sends ?? []).entries()) this.#bind(this.#sends[i], want);
		for (const [i, want] of (s.asks ?? []).entries()) this.#bind(this.#asks[i], want);
		const did = { dials: this.#dials, hangs: this.#hangs, sends: this.#sends, asks: this.#asks };
		const want = {
			dials: s.dials ?? 0,
			hangs: s.hangs ?? [],
			sends: s.sends ?? [],
			asks: s.asks ?? [],
		};
		const shown = {
			...(s.shows && { shows: this.#shows() }),
			...(s.presence && { presence: this.room.online.value.map((p) => p.uid) }),
			...(s.state && { state: this.#state() }),
		};
		const { shows, presence, state } = s;
		const wantShown = {
			...(shows && { shows }),
			...(presence && { presence }),
			...(state && { state }),
		};
		expect({ ...did, ...shown }, where).toEqual({ ...(this.#value(want) as Bag), ...wantShown });
		this.#dials = 0;
		this.#hangs = [];
		this.#sends = [];
		this.#asks = [];
	}

	#shows(): string[] {
		return this.room.entries.value.map((e) =>
			e.state === 'confirmed' ? `${e.seq} ${e.text}${about(e)}` : `${e.text} (${e.state})`,
		);
	}

	#state(): string {
		const { state } = this.room.connection.value;
		if (state === 'signedOut') return 'ended';
		if (state === 'live' || state === 'polling') return state;
		return this.room.phase.value === 'failed' ? 'failed' : 'down';
	}

	#dial(): SocketLike {
		this.#dials++;
		const channel: FakeChannel = { gone: false, onopen: null, onmessage: null, onclose: null };
		const n = this.#channels.push(channel);
		return Object.assign(channel, {
			send: (text: string) => this.#sent(n, JSON.parse(text)),
			close: () => void (channel.gone || this.#hangs.push(n)),
		}) as unknown as SocketLike;
	}

	#sent(n: number, frame: Bag): void {
		if (frame.action !== 'ping' || !this.#pongs) {
			this.#sends.push(n === 1 ? frame : { ...frame, channel: n });
			return;
		}
		const data = JSON.stringify(this.#fill({ type: 'pong', id: frame.id, head: this.#pongs }));
		queueMicrotask(() => this.#channels[n - 1]?.onmessage?.({ data }));
	}

	async #fetch(path: string, { method, body, signal }: RequestInit): Promise<Response> {
		const said = body === undefined ? {} : { body: JSON.parse(String(body)) };
		this.#asks.push({ [String(method).toLowerCase()]: path, ...said });
		const response = await new Promise<Response | null>((go) => {
			this.#unanswered.push(go);
			signal?.addEventListener('abort', () => go(null));
		});
		if (!response) throw new TypeError('network');
		return response;
	}

	/** Binds a variable of the script at its first use. */
	#bind(got: unknown, want: unknown): void {
		if (typeof want === 'string' && want.startsWith('$') && !this.#bound.has(want))
			this.#bound.set(want, got);
		if (typeof want === 'object' && want !== null)
			for (const [k, v] of Object.entries(want)) this.#bind((got as Bag | undefined)?.[k], v);
	}

	/** Replaces variables by their values. */
	#value(v: unknown): unknown {
		if (typeof v === 'string') return this.#bound.get(v) ?? v;
		if (Array.isArray(v)) return v.map((x) => this.#value(x));
		if (typeof v !== 'object' || v === null) return v;
		return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, this.#value(x)]));
	}

	/** Completes a frame of which a script gives only a part. */
	#fill({ head, ...f }: Bag): Bag {
		const frame: Bag = { ...usual[String(f.type)], ...f };
		if (head) frame.heads = { general: { ...usual.head, ...(head as Bag) } };
		if (Array.isArray(frame.messages)) frame.messages = frame.messages.map(row);
		return this.#value(frame) as Bag;
	}
}

/** The changes of a message. */
function about({ reactions = [], deleted, change }: Entry): string {
	const signs = reactions.flatMap(({ sign, people }) => people.map(() => ` ${sign}`)).join('');
	return signs + (deleted ? '(deleted)' : '') + (change ? ` (${change.state})` : '');
}

/** A number stands for somebody's message with that seq. */
function row(r: number | Bag): Bag {
	const { seq, ...said } = typeof r === 'number' ? { seq: r } : r;
	return { ...usual.row, cid: `c${seq}`, text: `t${seq}`, seq, ...said };
}
