import type { Session } from '../client/client';
import { load, save } from '../ui/storage';

const key = 'pc.me';

/** Whoever was here last, with the room: to begin with where the server does not answer. */
export interface Remembered extends Session {
	readonly room: string;
}

/** Null for nobody, or where the session is over by its date. */
export function remembered(): Remembered | null {
	try {
		const me: Remembered | null = JSON.parse(load(key) ?? 'null');
		return me && Date.parse(me.expires) > Date.now() ? me : null;
	} catch {
		return null;
	}
}

/** Keeps it; null forgets it. */
export function remember(me: Remembered | null): void {
	save(key, me && JSON.stringify(me));
}
