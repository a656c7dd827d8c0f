/**
 * The frames of protocol version 1 (docs/frames.md): their types, the check of those that
 * come in, the form of those that go out.
 */
import type { Change, ErrorCode, Person } from './client';

/** The revision of the first server that knows edits, deletions, reactions and typing. */
export const withChanges = 2;

/** The kinds of rows that are about a message. True if the row overwrites its message's. */
export const changing: ReadonlyMap<string | undefined, boolean> = new Map<Change, boolean>([
	['edit', true],
	['delete', true],
	['react', false],
]);

/** A position in a room's log. */
export interface Position {
	readonly epoch: string;
	readonly seq: number;
}

/** One row of the log. A row of an unknown `kind` keeps its place and is not shown. */
export interface Message {
	readonly seq: number;
	/** Absent means 'message'. */
	readonly kind?: string;
	readonly cid: string;
	readonly uid: string;
	readonly name: string;
	readonly text: string;
	readonly at: string;
	/** For an edit, a delete or a react: the seq of the message that it is about. */
	readonly target?: number;
	/** The seq of the edit that the text is from. */
	readonly edited?: number;
	/** The seq of the delete that emptied it. */
	readonly deleted?: number;
}

interface Request<A extends string> {
	readonly action: A;
	readonly id?: string;
}
export interface Join extends Request<'join'> {
	readonly room: string;
	readonly since?: Position;
}
export interface Leave extends Request<'leave'> {
	readonly room: string;
}
export interface SendBody {
	readonly room: string;
	readonly cid: string;
	/** Absent means 'message'. Others only if the server's revision knows changes, or over HTTP. */
	readonly kind?: Change;
	/** The seq of the message that a change is about; only with a `kind`. */
	readonly target?: number;
	readonly text: string;
	readonly since?: Position;
	readonly as?: string;
}
export interface Send extends Request<'send'>, SendBody {}
export interface HistoryQuery {
	readonly room: string;
	readonly before?: number;
	readonly after?: number;
	readonly limit?: number;
}
export interface HistoryRequest extends Request<'history'>, HistoryQuery {}
export interface Ping extends Request<'ping'> {
	readonly rooms: readonly string[];
}
/** Gets no reply. Only if the server's revision knows typing. */
export interface Typing extends Request<'typing'> {
	readonly room: string;
}
export type Question = Join | Leave | Send | HistoryRequest | Ping;
export type ClientFrame = Question | Typing;

interface Reply<T extends string> {
	readonly type: T;
	readonly id?: string;
}
export interface Joined extends Reply<'joined'> {
	readonly v: number;
	readonly room: string;
	readonly title: string;
	readonly uid: string;
	readonly epoch: string;
	readonly seq: number;
	readonly messages: readonly Message[];
	readonly more: boolean;
	readonly reset: boolean;
	readonly online: readonly Person[];
	readonly onlineCount: number;
	readonly onlineFor?: number;
}
export interface Left extends Reply<'left'> {
	readonly room: string;
}
export interface Sent extends Reply<'sent'> {
	readonly room: string;
	readonly cid: string;
	readonly epoch: string;
	readonly seq: number;
	readonly at: string;
	readonly duplicate: boolean;
}
export interface HistoryPage extends Reply<'history'> {
	readonly room: string;
	readonly epoch: string;
	readonly messages: readonly Message[];
	readonly more: boolean;
}
/** The state of a room's log. If the connection is not in the room, it has only `live`: false. */
export interface Head {
	readonly epoch?: string;
	readonly seq?: number;
	readonly live: boolean;
	readonly onlineCount?: number;
	/** How long that count holds, in ms, if nobody gives another sign of life. */
	readonly onlineFor?: number;
}
export interface Pong extends Reply<'pong'> {
	/** The server's revision; revision 1 leaves it out. */
	readonly v?: number;
	readonly heads: Readonly<Record<string, Head>>;
}
export interface ErrorFrame extends Reply<'error'> {
	/** An ErrorCode, or a code of a later server. */
	readonly code: string;
	readonly message: string;
	readonly temporary: boolean;
	readonly retryAfter?: number;
}
export interface MessagesPush {
	readonly type: 'messages';
	readonly room: string;
	readonly epoch: string;
	readonly messages: readonly Message[];
}
export interface PresencePush {
	readonly type: 'presence';
	readonly room: string;
	readonly joined: readonly Person[];
	readonly left: readonly Person[];
	readonly onlineCount: number;
	readonly at: string;
}
/** Somebody is writing. */
export interface TypingPush {
	readonly type: 'typing';
	readonly room: string;
	readonly uid: string;
	readonly name: string;
}
export interface Bye {
	readonly type: 'bye';
	readonly code: string;
	readonly retry: boolean;
}
export type ReplyFrame = Joined | Left | Sent | HistoryPage | Pong | ErrorFrame;
export type ServerFrame = ReplyFrame | MessagesPush | PresencePush | TypingPush | Bye;

/**
 * API Gateway's own error frame, which has a connectionId and no type. The function may or
 * may not have done its work, so the outcome is unknown.
 */
export interface GatewayFrame {
	readonly type: 'gateway';
	readonly message: string;
}

/** The reply to each action, if the server does not refuse it. */
export interface Replies {
	join: Joined;
	leave: Left;
	send: Sent;
	history: HistoryPage;
	ping: Pong;
}
export const replyType: Readonly<Record<Question['action'], string>> = {
	join: 'joined',
	leave: 'left',
	send: 'sent',
	history: 'history',
	ping: 'pong',
};

type Check = (v: unknown) => boolean;
type Bag = Record<string, unknown>;

const isBag = (v: unknown): v is Bag => typeof v === 'object' && v !== null && !Array.isArray(v);
const str: Check = (v) => typeof v === 'string';
const bool: Check = (v) => typeof v === 'boolean';
const count: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
const opt =
	(check: Check): Check =>
	(v) =>
		v === undefined || check(v);
const list =
	(check: Check): Check =>
	(v) =>
		Array.isArray(v) && v.every(check);
const shape =
	(fields: Record<string, Check>): Check =>
	(v) =>
		isBag(v) && Object.entries(fields).every(([k, check]) => check(v[k]));

const place = shape({ seq: (v) => count(v) && v !== 0 });
const row = shape({
	seq: count,
	kind: opt(str),
	cid: str,
	uid: str,
	name: str,
	text: str,
	at: str,
	target: opt(count),
	edited: opt(count),
	deleted: opt(count),
});
const people = list(shape({ uid: str, name: str }));
const head = shape({
	live: bool,
	epoch: opt(str),
	seq: opt(count),
	onlineCount: opt(count),
	onlineFor: opt(count),
});
const heads: Check = (v) => isBag(v) && Object.values(v).every(head);
const page = { room: str, epoch: str, messages: list(place), more: bool };

const frames = new Map<unknown, Check>(
	Object.entries({
		joined: shape({
			...page,
			v: count,
			title: str,
			uid: str,
			seq: count,
			reset: bool,
			online: people,
			onlineCount: count,
			onlineFor: opt(count),
		}),
		left: shape({ room: str }),
		sent: shape({ room: str, cid: str, epoch: str, seq: count, at: str, duplicate: bool }),
		history: shape(page),
		pong: shape({ v: opt(count), heads }),
		messages: shape({ room: str, epoch: str, messages: list(place) }),
		presence: shape({ room: str, joined: people, left: people, onlineCount: count, at: str }),
		typing: shape({ room: str, uid: str, name: str }),
		bye: shape({ code: str, retry: bool }),
		error: shape({ code: str, message: str, temporary: bool, retryAfter: opt(count) }),
	}),
);

/** A row that cannot be read keeps its place in the order, so that the log goes on after it. */
function readable(m: Message): Message {
	if (row(m)) return m;
	return { seq: m.seq, kind: 'unreadable', cid: '', uid: '', name: '', text: '', at: '' };
}

/** Checks a parsed frame. Null if it is not a frame of this protocol. */
export function check(value: unknown): ServerFrame | GatewayFrame | null {
	if (!isBag(value)) return null;
	if (value.type === undefined && typeof value.message === 'string')
		return { type: 'gateway', message: value.message };
	if (!opt(str)(value.id) || !frames.get(value.type)?.(value)) return null;
	if (!Array.isArray(value.messages)) return value as unknown as ServerFrame;
	return { ...value, messages: value.messages.map(readable) } as unknown as ServerFrame;
}

/** Reads a frame. Null if its type is unknown or it is not valid: then it is to be ignored. */
export function decode(text: string): ServerFrame | GatewayFrame | null {
	try {
		return check(JSON.parse(text));
	} catch {
		return null;
	}
}

/** Writes a frame for the wire, without its undefined members. */
export function encode(frame: ClientFrame): string {
	return JSON.stringify(frame);
}

const codes: ReadonlySet<string> = new Set<ErrorCode>([
	'bad_request',
	'unauthorized',
	'forbidden',
	'not_found',
	'not_joined',
	'cid_conflict',
	'behind',
	'reset',
	'name_taken',
	'too_large',
	'rate_limited',
	'internal',
	'busy',
]);

/** The code if it is in the closed list, else undefined. */
export function knownCode(code: unknown): ErrorCode | undefined {
	return codes.has(code as string) ? (code as ErrorCode) : undefined;
}
