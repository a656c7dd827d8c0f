import { load, save } from '../ui/storage';

const key = 'pc.recent';
const most = 12;

/** The rooms of the last visits, the newest first. */
export function recentRooms(): readonly string[] {
	try {
		const stored: unknown = JSON.parse(load(key) ?? '[]');
		return Array.isArray(stored) ? stored.filter((room) => typeof room === 'string') : [];
	} catch {
		return [];
	}
}

/** Puts a room first in the list. */
export function visited(room: string): void {
	const others = recentRooms().filter((other) => other !== room);
	save(key, JSON.stringify([room, ...others].slice(0, most)));
}
