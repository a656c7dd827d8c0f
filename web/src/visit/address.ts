/** What an address of the page says. Null: not given. */
export interface Place {
	readonly room: string | null;
	readonly user: string | null;
}

/** Rooms whose path would be another part of the site. */
const reserved = new Set(['api', 'ws', 'assets']);

/**
 * Reads `/`, `/?room=&username=` and `/<room>/?username=`. The path wins over the
 * query; what is not percent-encoded right is taken as not given.
 */
export function parseAddress(pathname: string, search: string): Place {
	const query = new URLSearchParams(search);
	return {
		room: roomOfPath(pathname) ?? given(query.get('room')),
		user: given(query.get('username')),
	};
}

/** A server that knows files only (`sam local`) has the page here, and at no other address. */
const file = '/index.html';

/** Where the page is served without a room in its address, as seen from one of its addresses. */
export function homeOf(pathname: string): string {
	return pathname === file ? file : '/';
}

/**
 * The address of a place, where `home` is that of the page. A room stands in the
 * path where that is safe: not if its name has a slash or a dot (browsers and
 * servers resolve those) or is reserved, nor where there is one file only.
 */
export function formatAddress({ room, user }: Place, home = '/'): string {
	if (room === null) return home;
	const username = user === null ? '' : `username=${encodeURIComponent(user)}`;
	if (home !== '/' || /[./\\]/.test(room) || reserved.has(room.toLowerCase())) {
		return `${home}?room=${encodeURIComponent(room)}${username && `&${username}`}`;
	}
	return `/${encodeURIComponent(room)}/${username && `?${username}`}`;
}

/** The link to a room that one sends to others: it names nobody. */
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
