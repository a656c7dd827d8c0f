import { type APIRequestContext, expect } from '@playwright/test';
import { unique } from './visitor';

/** Fills a room over HTTP, as a program with a bearer token. Returns the texts in order. */
export async function seed(
	api: APIRequestContext,
	room: string,
	count: number,
	text = (n: number) => `message ${n}`,
): Promise<string[]> {
	const session = await api.post('/api/session', { data: { name: unique('Bot'), bearer: true } });
	expect(session.status(), await session.text()).toBe(201);
	const { token } = await session.json();
	const texts = Array.from({ length: count }, (_, i) => text(i + 1));
	for (const [i, said] of texts.entries()) {
		const answer = await api.post('/api/messages', {
			headers: { Authorization: `Bearer ${token}` },
			data: { room, cid: `seed-${i}`, text: said },
		});
		expect(answer.status(), await answer.text()).toBe(201);
	}
	return texts;
}
