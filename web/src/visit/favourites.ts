import { signal } from '@preact/signals';
import { load, save } from '../ui/storage';

const key = 'pc.favourites';

function read(): string[] {
	try {
		const stored: unknown = JSON.parse(load(key) ?? '[]');
		return Array.isArray(stored) ? stored.filter((room) => typeof room === 'string') : [];
	} catch {
		return [];
	}
}

/** The favourite rooms of this browser, in the order in which they were added. */
export const favourites = signal<readonly string[]>(read());

function write(rooms: readonly string[]): void {
	favourites.value = rooms;
	save(key, rooms.length > 0 ? JSON.stringify(rooms) : null);
}

export function isFavourite(room: string): boolean {
	return favourites.value.includes(room);
}

export function toggleFavourite(room: string): void {
	const rest = favourites.value.filter((other) => other !== room);
	write(rest.length < favourites.value.length ? rest : [...rest, room]);
}

export function clearFavourites(): void {
	write([]);
}
