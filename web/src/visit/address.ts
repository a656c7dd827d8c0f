/** The place that an address of the page names. Null: not given. */
export interface Place {
	readonly room: string | null;
	readonly user: string | null;
}

/** Room names whose path is another part of the site. */
const reserved = new Set(['api', 'ws', 'assets']);

/**
 * Reads `/`, `/?room=&username=` and `/<room>/?username=`. The path wins over the
 * query. A wrongly percent-encoded name counts as not given.
 */
export function parseAddress(pathname: string, search: string): Place {
	const query = new URLSearchParams(search);
	return {
		room: roomOfPath(pathname) ?? given(query.get('room')),
		user: given(query.get('username')),
	};
}

/** A server that only serves files (`sam local`) has the page at this address alone. */
const file = '/index.html';

/** The address of the home page on the server that served this address. */
export function homeOf(pathname: string): string {
	return pathname === file ? file : '/';
}

/**
 * The address of a place. `home` is the address of the home page. The room stands in the path
 * unless its name has a slash or a dot (browsers and servers resolve those), is reserved, or
 * the server has one file only.
 */
export function formatAddress({ room, user }: Place, home = '/'): string {
	if (room === null) return home;
	const username = user === null ? '' : `username=${encodeURIComponent(user)}`;
	if (home !== '/' || /[./\\]/.test(room) || reserved.has(room.toLowerCase())) {
		return `${home}?room=${encodeURIComponent(room)}${username && `&${username}`}`;
	}
	return `/${encodeURIComponent(room)}/${username && `?${username}`}`;
}

/** The link to a room, to send to others. It names no person. */
export function shareLink(
	{ origin, pathname }: Pick<Location, 'origin' | 'pathname'>,
	room: string,
): string {
	return `${origin}${homeOf(pathname)}?room=${encodeURIComponent(room)}`;
}

function roomOfPath(pathname: string): string | null {
	const [, segment] = /^\/([^/]+)\/?$/.exec(pathname) ?? [];
	if (segment === undefined || pathname === file) return null;
	try {
		return given(decodeURIComponent(segment));
	} catch {
		return null;
	}
}

function given(value: string | null): string | null {
	return value === null || value.trim() === '' ? null : value.trim();
}
