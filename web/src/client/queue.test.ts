import { expect, it } from 'vitest';
import { names } from '../../test/client/tables';
import { roomKey } from './queue';

it('two rooms of the server never share an outbox', () => {
	const rooms = new Map<string, string>();
	for (const [room, spellings] of Object.entries(names.rooms))
		for (const spelling of spellings) {
			const key = roomKey(spelling);
			expect(rooms.get(key) ?? room, spelling).toBe(room);
			rooms.set(key, room);
		}
	expect(rooms.size).toBeGreaterThanOrEqual(Object.keys(names.rooms).length);
});
