import { describe, expect, it } from 'vitest';
import { pass, useRoom } from '../../test/client/fake-room';

const t = useRoom();
const minute = 60_000;

/** To just before the hand-over at 100 min. */
async function grow(): Promise<void> {
	t.env.chance = () => 0;
	await t.enter();
	t.env.chance = () => 0.5;
	await pass(100 * minute - 150);
	expect(t.server.handshakes).toBe(1);
}

describe('the hand-over', () => {
	it.each([
		[0, 100],
		[0.999, 114],
	])('with chance %d comes after %d min', async (chance, after) => {
		t.env.chance = () => chance;
		await t.enter();
		await pass((after - 1) * minute);
		expect(t.server.handshakes).toBe(1);
		await pass(2 * minute);
		expect(t.server.handshakes).toBe(2);
	});

	it('joins on the new socket before it closes the old one, and nothing is missed', async () => {
		await grow();
		const [old] = t.server.connections;
		let both = 0;
		const said: string[] = [];
		for (let i = 0; i < 60; i++) {
			if (t.server.connections.filter((c) => c.joined).length === 2) both++;
			said.push(t.server.say(`m${i}`).text);
			await pass(5);
			expect(t.room.connection.value).toEqual({ state: 'live' });
		}
		expect(both).toBeGreaterThan(0);
		expect(t.server.connections).toHaveLength(1);
		expect(t.server.connections[0]).not.toBe(old);
		expect(t.texts).toEqual(said);
		expect(t.server.of('history')).toEqual([]);
	});

	it('waits for an answer that is still awaited on the old socket', async () => {
		await grow();
		t.server.deliver = (f) => (f.type === 'sent' ? [400] : [0]);
		t.room.send('hi');
		await pass(300);
		expect(t.server.connections).toHaveLength(2);
		await pass(300);
		expect(t.states).toEqual(['confirmed']);
		expect(t.server.of('send')).toHaveLength(1);
		expect(t.server.connections).toHaveLength(1);
	});

	it('that fails is tried again, on the old socket meanwhile', async () => {
		await grow();
		t.server.sockets = 'refuse';
		await pass(2 * minute);
		expect(t.server.handshakes).toBeGreaterThan(2);
		t.server.say('still here');
		await pass(10);
		expect(t.texts).toEqual(['still here']);
		expect(t.room.connection.value).toEqual({ state: 'live' });
		t.server.sockets = 'open';
		await pass(minute);
		expect(t.server.connections).toHaveLength(1);
	});

	it('is the way back when the old socket is cut in the middle', async () => {
		await grow();
		t.server.judge = (f) => (f.action === 'join' ? 'withhold' : 'answer');
		await pass(170);
		t.server.connections[0]?.cut();
		expect(t.room.connection.value).toMatchObject({ state: 'reconnecting' });
		t.server.judge = () => 'answer';
		await pass(12_000);
		expect(t.room.connection.value).toEqual({ state: 'live' });
	});
});
