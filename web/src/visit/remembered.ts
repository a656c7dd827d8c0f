import type { Session } from '../client/client';
import { load, save } from '../ui/storage';

const key = 'pc.me';

/** The person who was here last, with their room. The page starts with it if the server does not answer. */
export interface Remembered extends Session {
	readonly room: string;
}

/** The remembered person. Null if there is none, or if their session has expired. */
export function remembered(): Remembered | null {
	try {
		const me: Remembered | null = JSON.parse(load(key) ?? 'null');
		return me && Date.parse(me.expires) > Date.now() ? me : null;
	} catch {
		return null;
	}
}

/** Remembers a person; null forgets them. */
export function remember(me: Remembered | null): void {
	save(key, me && JSON.stringify(me));
}
