import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ClientFrame, decode, encode, knownCode, type Message } from './wire';

const testdata = new URL('../../../internal/wire/testdata/', import.meta.url);
const goldens = (folder: string): [string, string][] =>
	readdirSync(new URL(`${folder}/`, testdata)).map((name) => [
		name,
		readFileSync(new URL(`${folder}/${name}`, testdata), 'utf8').trim(),
	]);

/** The frames of the goldens in client/, made by hand. */
const sent: Record<string, ClientFrame> = {
	'history-after.json': { action: 'history', id: '4', room: 'general', after: 42 },
	'history-before.json': { action: 'history', id: '4', room: 'general', before: 42, limit: 50 },
	'history-newest.json': { action: 'history', id: '4', room: 'general' },
	'join-since.json': {
		action: 'join',
		id: '1',
		room: 'General',
		since: { epoch: 'k3v9x2m7q1', seq: 41 },
	},
	'join.json': { action: 'join', id: '1', room: 'General' },
	'leave.json': { action: 'leave', id: '2', room: 'general' },
	'ping.json': { action: 'ping', id: '5', rooms: ['general', 'ünïcode/room'] },
	'send-as.json': {
		action: 'send',
		id: '3',
		room: 'general',
		cid: '01JDA7Q3ZK4M8',
		text: 'hi',
		since: { epoch: 'k3v9x2m7q1', seq: 0 },
		as: 'u_mee7k2q9x4v8b3n5',
	},
	'send.json': {
		action: 'send',
		id: '3',
		room: 'general',
		cid: '01JDA7Q3ZK4M8',
		text: 'hi',
		since: { epoch: 'k3v9x2m7q1', seq: 57 },
	},
};

describe('client goldens', () => {
	it.each(goldens('client'))('%s is written as Go reads it', (name, text) => {
		const made = sent[name] ?? (JSON.parse(text) as ClientFrame);
		expect(JSON.parse(encode(made))).toEqual(JSON.parse(text));
		if (sent[name]) expect(encode(made)).toBe(text);
	});
});

describe('server goldens', () => {
	it.each(goldens('server'))('%s is read whole', (_name, text) => {
		expect(decode(text)).toEqual(JSON.parse(text));
	});

	it.each(goldens('server'))(
		'%s without any one of its members is no such frame',
		(_name, text) => {
			const whole = JSON.parse(text);
			const optional = new Set(['id', 'retryAfter', 'onlineFor']);
			if (whole.type === 'pong') optional.add('v');
			for (const member of Object.keys(whole).filter((k) => !optional.has(k))) {
				const { [member]: _gone, ...rest } = whole;
				const got = decode(JSON.stringify(rest));
				expect(got?.type === 'gateway' ? null : got, member).toBeNull();
			}
		},
	);
});

describe('gateway goldens', () => {
	it.each(goldens('gateway'))('%s is told apart', (_name, text) => {
		expect(decode(text)).toEqual({ type: 'gateway', message: JSON.parse(text).message });
	});
});

describe('decode', () => {
	it.each([
		['not JSON', '{"type":'],
		['a number', '3'],
		['null', 'null'],
		['a list', '[]'],
		['an unknown type', '{"type":"poked","room":"general"}'],
		['a type from the prototype', '{"type":"constructor"}'],
		['an id that is no string', '{"type":"left","id":2,"room":"general"}'],
		['a negative seq', '{"type":"pong","heads":{"general":{"live":true,"seq":-1}}}'],
	])('ignores %s', (_name, text) => {
		expect(decode(text)).toBeNull();
	});

	const push = (m: unknown) =>
		JSON.stringify({ type: 'messages', room: 'r', epoch: 'e', messages: [m] });
	const first = (text: string) => (decode(text) as unknown as { messages: Message[] }).messages[0];

	it('keeps the place of a message of an unknown kind', () => {
		const m = { seq: 3, kind: 'poll', cid: '', uid: 'u', name: 'Ann', text: '', at: '', votes: 3 };
		expect(first(push(m))).toEqual(m);
	});

	it('keeps the place of a message that cannot be read', () => {
		expect(first(push({ seq: 3, text: { evil: true } }))).toMatchObject({
			seq: 3,
			kind: 'unreadable',
			text: '',
		});
	});

	it('refuses a list with a message that has no place', () => {
		expect(decode(push({ text: 'hi' }))).toBeNull();
		expect(decode(push({ seq: 0, text: 'hi' }))).toBeNull();
	});
});

it('knows the codes of the closed list and no other', () => {
	expect(knownCode('busy')).toBe('busy');
	expect(knownCode('offline')).toBeUndefined();
	expect(knownCode('teapot')).toBeUndefined();
});
