/**
 * A server for tests, in this process. It speaks the protocol and keeps one log by the rules
 * of the real server (it finds a repeat only from `since` on). A test decides what happens to
 * each frame.
 */
import type { Person, Session } from '../../src/client/client';
import type { ClientFrame, HistoryQuery, Join, Message, SendBody } from '../../src/client/wire';
import { kinds, limits } from './tables';

/**
 * The fate of a request: 'withhold' does the work and does not answer, 'lose' does not even
 * do the work, 'gateway' does the work and answers with API Gateway's own frame.
 */
export type Verdict = 'answer' | 'withhold' | 'lose' | 'gateway' | Refusal;
export interface Refusal {
	code: string;
	message?: string;
	temporary?: boolean;
	retryAfter?: number;
}
type Frame = Record<string, unknown>;

export const me: Session = { uid: 'u_me', name: 'Me', expires: '2026-12-06T10:00:00.000Z' };
const refusal = (code: string, temporary = false): Refusal => ({ code, temporary });
const isRefusal = (answer: Frame): boolean => 'code' in answer;

export class FakeServer {
	session: Session | null = me;
	epoch = 'epoch00001';
	log: Message[] = [];
	online: Person[] = [{ uid: me.uid, name: me.name }];
	onlineCount: number | null = null;
	/** How long that count holds, in ms; undefined if the server does not say. */
	onlineFor: number | undefined = undefined;
	sockets: 'open' | 'refuse' | 'hang' = 'open';
	http = true;
	/** Whether pongs say that the connection is live in the room. */
	live = true;
	/** The protocol's revision that `joined` and `pong` tell. */
	v = kinds.revision;
	latency = 5;
	pageSize = limits.pageRowsByDefault.is;
	connections: FakeConnection[] = [];
	handshakes = 0;
	/** All requests that arrived, in order. */
	requests: ClientFrame[] = [];
	posts: SendBody[] = [];
	gets: string[] = [];
	/** Decides about each request on a socket. */
	judge: (frame: ClientFrame) => Verdict = () => 'answer';
	/** Decides after how many ms each copy of a push or a reply arrives. */
	deliver: (frame: Frame) => number[] = () => [0];

	get head(): number {
		return this.log.length;
	}

	of<A extends ClientFrame['action']>(action: A): Extract<ClientFrame, { action: A }>[] {
		return this.requests.filter((r) => r.action === action) as never;
	}

	/** Somebody else writes: the log gets a row, and all joined connections a push. */
	say(text: string, by: Partial<Message> = {}): Message {
		const m = this.append({ uid: 'u_ann', name: 'Ann', cid: `a${this.head + 1}`, text, ...by });
		this.push(m);
		return m;
	}

	/** Adds a row without a push. */
	append(part: Omit<Message, 'seq' | 'at'>): Message {
		const at = new Date().toISOString();
		const m: Message = { seq: this.head + 1, kind: 'message', at, ...part };
		this.log.push(m);
		return m;
	}

	fill(n: number): void {
		for (let i = 0; i < n; i++)
			this.append({ uid: 'u_ann', name: 'Ann', cid: `f${this.head}`, text: `${i}` });
	}

	push(m: Message, except?: FakeConnection): void {
		const { epoch } = this;
		this.broadcast({ type: 'messages', room: 'general', epoch, messages: [m] }, except);
	}

	broadcast(frame: Frame, except?: FakeConnection): void {
		for (const c of this.connections) if (c !== except && c.joined) c.send(frame);
	}

	/** Cuts every connection, like a network failure. */
	cut(): void {
		for (const c of [...this.connections]) c.cut();
	}

	answer(c: FakeConnection, f: ClientFrame): Frame {
		if (f.action === 'join') return this.join(c, f);
		if (f.action === 'leave') return { type: 'left', room: 'general' };
		if (f.action === 'ping') return this.pong(c);
		if (f.action === 'typing') return {};
		if (!c.joined) return { ...refusal('not_joined') };
		return f.action === 'send' ? this.send(f, c) : this.history(f);
	}

	history({ before, after }: HistoryQuery): Frame {
		if (after !== undefined && after > this.head) return { ...refusal('reset') };
		const { epoch } = this;
		const rows =
			after !== undefined
				? this.log.filter((m) => m.seq > after).slice(0, this.pageSize)
				: this.log.filter((m) => before === undefined || m.seq < before).slice(-this.pageSize);
		const edge = after !== undefined ? rows.at(-1)?.seq : rows[0]?.seq;
		const more = edge !== undefined && (after !== undefined ? edge < this.head : edge > 1);
		return { type: 'history', room: 'general', epoch, messages: rows, more };
	}

	send(body: SendBody, from?: FakeConnection): Frame {
		const { since, cid, kind = 'message', target, text } = body;
		const about = target === undefined ? {} : { target };
		if (body.as !== undefined && body.as !== this.session?.uid)
			return { ...refusal('unauthorized') };
		if (since && (since.epoch !== this.epoch || since.seq > this.head))
			return { ...refusal('reset') };
		if (since && this.head - since.seq > limits.rowsBehind.is) return { ...refusal('behind') };
		const from0 = since ? since.seq : Math.max(0, this.head - limits.rowsWithoutSince.is);
		const uid = this.session?.uid ?? '';
		const known = this.log.find((m) => m.seq > from0 && m.cid === cid && m.uid === uid);
		if (known && (known.kind !== kind || known.target !== target || !this.isText(known, text)))
			return { ...refusal('cid_conflict') };
		const refused = !known && target !== undefined && this.refuses(kind, target, uid);
		if (refused) return { ...refused };
		const name = this.session?.name ?? '';
		const m = known ?? this.append({ uid, name, cid, kind, ...about, text });
		this.amend(m);
		this.push(m, from);
		const { seq, at } = m;
		const duplicate = known !== undefined;
		return { type: 'sent', room: 'general', cid, epoch: this.epoch, seq, at, duplicate };
	}

	/** The original text of each row that was changed. */
	private readonly texts = new Map<Message['seq'], string>();

	private isText({ seq, text }: Message, wanted: string): boolean {
		return (this.texts.get(seq) ?? text) === wanted;
	}

	private refuses(kind: string, target: number, uid: string): Refusal | null {
		const row = this.log[target - 1];
		if (row?.kind !== 'message') return refusal('not_found');
		const rule = kinds.kinds[kind];
		if (rule?.authorOnly && row.uid !== uid) return refusal('forbidden');
		return row.deleted && !rule?.ofDeleted ? refusal('not_found') : null;
	}

	/** Applies a change to its target. It replaces the row object, as pages may still hold the old one. */
	amend({ kind, target = 0, seq, text }: Message): void {
		const row = this.log[target - 1];
		if (!row || row.deleted || !kinds.kinds[kind ?? 'message']?.overwrites) return;
		if (kind === 'edit' && (row.edited ?? 0) > seq) return;
		if (!this.texts.has(target)) this.texts.set(target, row.text);
		this.log[target - 1] =
			kind === 'edit' ? { ...row, text, edited: seq } : { ...row, text: '', deleted: seq };
		if (kind === 'delete') this.blankEdits(target);
	}

	private blankEdits(target: number): void {
		for (const [at, row] of this.log.entries()) {
			if (row.kind !== 'edit' || row.target !== target || row.text === '') continue;
			this.texts.set(row.seq, row.text);
			this.log[at] = { ...row, text: '' };
		}
	}

	private join(c: FakeConnection, { since, room }: Join): Frame {
		c.joined = true;
		const goesOn = since && since.epoch === this.epoch && since.seq <= this.head;
		const page = this.history(goesOn ? { room, after: since.seq } : { room });
		return {
			...page,
			type: 'joined',
			v: this.v,
			title: 'General',
			uid: this.session?.uid ?? '',
			seq: this.head,
			reset: since !== undefined && !goesOn,
			online: this.online,
			onlineCount: this.onlineCount ?? this.online.length,
			onlineFor: this.onlineFor,
		};
	}

	private pong(c: FakeConnection): Frame {
		const onlineCount = this.onlineCount ?? this.online.length;
		const { epoch, head: seq, onlineFor } = this;
		const head = { epoch, seq, live: true, onlineCount, onlineFor };
		return {
			type: 'pong',
			v: this.v,
			heads: { general: c.joined && this.live ? head : { live: false } },
		};
	}

	/** Answers HTTP. */
	async fetch(path: string, init: RequestInit): Promise<Response> {
		if (!this.http) throw new TypeError('network');
		const url = new URL(path, 'http://localhost');
		if (init.method === 'GET') this.gets.push(path);
		if (url.pathname === '/api/session') return json(200, this.session ?? { uid: null });
		if (!this.session) return json(401, { ...refusal('unauthorized'), message: '' });
		if (init.method === 'POST') return this.post(JSON.parse(String(init.body)));
		const number = (name: string) =>
			url.searchParams.has(name) ? Number(url.searchParams.get(name)) : undefined;
		const [before, after] = [number('before'), number('after')];
		return reply({
			...this.history({
				room: 'general',
				...(before !== undefined && { before }),
				...(after !== undefined && { after }),
			}),
		});
	}

	private post(body: SendBody): Response {
		this.posts.push(body);
		return reply(this.send(body));
	}
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

function reply(answer: Frame): Response {
	if (!isRefusal(answer)) return json(200, answer);
	return json(409, { message: '', ...answer });
}

export class FakeConnection {
	joined = false;
	open = false;
	closed = false;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: (() => void) | null = null;

	constructor(readonly server: FakeServer) {
		server.handshakes++;
		if (server.sockets === 'hang') return;
		setTimeout(
			() => (server.sockets === 'open' ? this.accept() : this.onclose?.()),
			server.latency,
		);
	}

	close(): void {
		this.gone();
	}

	cut(): void {
		this.gone();
		this.onclose?.();
	}

	/** Makes the socket half open: no frame arrives any more, and no event says so. */
	freeze(): void {
		this.open = false;
		this.receive = () => {};
	}

	/** Sends a frame to the client, as `deliver` says. */
	send(frame: Frame | string): void {
		const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
		for (const late of typeof frame === 'string' ? [0] : this.server.deliver(frame))
			setTimeout(() => this.open && this.onmessage?.({ data: text }), this.server.latency + late);
	}

	receive = (text: string): void => {
		const { id, ...frame } = JSON.parse(text) as ClientFrame;
		const f = frame as ClientFrame;
		this.server.requests.push({ ...f, id: id ?? '' } as ClientFrame);
		const verdict = this.server.judge(f);
		if (verdict === 'lose') return;
		if (typeof verdict === 'object') {
			this.refuse(id, verdict);
			return;
		}
		const answer = this.server.answer(this, f);
		if (f.action === 'typing') return;
		if (verdict === 'gateway') this.send(gatewayFrame);
		else if (verdict === 'answer' && isRefusal(answer)) this.refuse(id, answer as never);
		else if (verdict === 'answer') this.send({ ...answer, id });
	};

	private refuse(id: string | undefined, r: Refusal): void {
		this.send({ type: 'error', id, message: '', temporary: false, ...r });
	}

	private accept(): void {
		this.open = true;
		this.server.connections.push(this);
		this.onopen?.();
	}

	private gone(): void {
		this.open = this.joined = false;
		this.closed = true;
		this.server.connections = this.server.connections.filter((c) => c !== this);
	}
}

const gatewayFrame =
	'{"message": "Internal server error", "connectionId":"L0SM9cOFvHcCIhw=", "requestId":"XDmGEE2RoE0FRdQ="}';
