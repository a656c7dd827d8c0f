import { answerLimit, refusal, unknownOutcome } from './channel';
import { type Api, ChatError, type ErrorCode, type Session } from './client';
import { type Env, Timer } from './env';
import {
	check,
	type HistoryPage,
	type HistoryQuery,
	knownCode,
	type SendBody,
	type Sent,
} from './wire';

/** The HTTP side, with the two requests that stand in for a socket. */
export interface HttpApi extends Api {
	messages(query: HistoryQuery): Promise<HistoryPage>;
	/** Adds a message; with the same cid again, tells where it is. */
	post(body: SendBody): Promise<Sent>;
}

/** The codes of answers that are not the chat's own, but API Gateway's or a proxy's. */
const statusCodes: Readonly<Record<number, ErrorCode>> = {
	401: 'unauthorized',
	403: 'forbidden',
	413: 'too_large',
	429: 'rate_limited',
};

function failure(status: number, body: unknown, header: string | null): ChatError {
	const f = (typeof body === 'object' ? body : null) as Partial<ChatError> | null;
	const message = typeof f?.message === 'string' ? f.message : `HTTP status ${status}`;
	const retryAfter = Number(f?.retryAfter ?? header) || undefined;
	const hint = retryAfter === undefined ? {} : { retryAfter };
	if (knownCode(f?.code))
		return refusal({ code: f?.code ?? '', message, temporary: f?.temporary === true, ...hint });
	const code = statusCodes[status];
	// A foreign 5xx may have come after the work was done.
	if (!code)
		return status < 500 ? new ChatError('bad_request', message, false) : unknownOutcome(message);
	return refusal({ code, message, temporary: status === 429, ...hint });
}

async function parsed(response: Response): Promise<unknown> {
	const text = await response.text();
	if (text === '') return null;
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function asSession(body: unknown): Session {
	const s = body as Partial<Session> | null;
	if (typeof s?.uid !== 'string' || typeof s.name !== 'string' || typeof s.expires !== 'string')
		throw unknownOutcome('That was no session.');
	return { uid: s.uid, name: s.name, expires: s.expires };
}

function query(params: object): string {
	const given = Object.entries(params).filter(([, v]) => v !== undefined && v !== '');
	return new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString();
}

/** An HTTP answer has no type. It gets a frame's here, so that one check serves both. */
function typed<T extends 'history' | 'sent'>(type: T, body: unknown) {
	const frame = check(Object.assign({}, body, { type }));
	if (frame?.type !== type) throw unknownOutcome(`That was no ${type}.`);
	return frame as Extract<HistoryPage | Sent, { type: T }>;
}

/** The API of the page's own origin, with the session's cookie. Every method rejects with a ChatError. */
export function httpApi(env: Env): HttpApi {
	const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
		const abort = new AbortController();
		const limit = new Timer(env);
		limit.set(answerLimit, () => abort.abort());
		try {
			const response = await env.fetch(path, {
				method,
				credentials: 'same-origin',
				cache: 'no-store',
				signal: abort.signal,
				...(body !== undefined && {
					headers: { 'Content-Type': 'application/json' },
					body: JSON.stringify(body),
				}),
			});
			const answer = await parsed(response);
			if (response.ok) return answer;
			throw failure(response.status, answer, response.headers.get('Retry-After'));
		} catch (e) {
			throw e instanceof ChatError ? e : unknownOutcome(`${method} ${path} was not answered.`);
		} finally {
			limit.clear();
		}
	};
	return {
		async session() {
			const body = (await request('GET', '/api/session')) as { uid?: unknown } | null;
			return body && body.uid === null ? null : asSession(body);
		},
		claim: async (name) => asSession(await request('POST', '/api/session', { name })),
		logout: async () => void (await request('DELETE', '/api/session')),
		async rooms(q) {
			const body = await request('GET', `/api/rooms?${query({ q })}`);
			const { rooms, more } = (body ?? {}) as Partial<Awaited<ReturnType<Api['rooms']>>>;
			if (!Array.isArray(rooms)) throw unknownOutcome('That was no list of rooms.');
			return { rooms, more: more === true };
		},
		messages: async (q) => typed('history', await request('GET', `/api/messages?${query(q)}`)),
		post: async (body) => typed('sent', await request('POST', '/api/messages', body)),
	};
}
