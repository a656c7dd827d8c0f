/**
 * The rules for names, as DESIGN.md gives them. The server decides; these only
 * spare a round trip and put the reason beside the field.
 */
import type { Key } from '../text/catalogue';

const roomMax = 64;
const roomMaxBytes = 256;
const userMin = 2;
const userMax = 24;

/** Controls, line separators, the braille blank, and what is invisible by its nature (bidi controls, tags, fillers). */
const hidden =
	/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800\p{Default_Ignorable_Code_Point}]/u;
/** Invisible as well, but emoji and some scripts are written with them. */
const joiners = /\u200c|\u200d|\p{Variation_Selector}/gu;
const shows = /[^\s\p{M}]/u;

/** What is wrong with a room's name, or null. White space at the ends does not count. */
export function roomProblem(name: string): Key | null {
	const room = name.trim();
	if (room === '') return 'error.roomEmpty';
	if (codePoints(room) > roomMax || bytes(room) > roomMaxBytes) return 'error.roomLong';
	return displayable(room) ? null : 'error.roomHidden';
}

/** What is wrong with a user's name, or null. White space at the ends does not count. */
export function userProblem(name: string): Key | null {
	const user = name.trim();
	if (user === '') return 'error.userEmpty';
	const length = codePoints(user);
	if (length < userMin || length > userMax) return 'error.userLength';
	return displayable(user) ? null : 'error.userHidden';
}

/** A short tag of a uid, shown beside a guest's name: two people never look the same. */
export function tag(uid: string): string {
	return uid.replace(/^u_/, '').slice(-4);
}

/** Which of the six hues of the stylesheet a person's name has; the same everywhere. */
export function hue(uid: string): number {
	let hash = 0;
	for (const character of uid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
	return hash % 6;
}

/** The first character of a name as people see it, for the monogram. */
export function initial(name: string): string {
	const [first] = new Intl.Segmenter().segment(name);
	return (first?.segment ?? '').toLocaleUpperCase();
}

export function codePoints(text: string): number {
	let count = 0;
	for (const _ of text) count++;
	return count;
}

export function bytes(text: string): number {
	return new TextEncoder().encode(text).length;
}

function displayable(name: string): boolean {
	const bare = name.replace(joiners, '');
	return !hidden.test(bare) && shows.test(bare);
}
