/**
 * The rules for names, as docs/frames.md gives them. The server decides. These rules save a
 * round trip and let the reason stand beside the field.
 */
import type { Key } from '../text/catalogue';

export const roomMax = 64;
export const roomMaxBytes = 256;
export const userMin = 2;
export const userMax = 24;

/** Controls, line separators, the braille blank, and characters that never show (bidi controls, tags, fillers). */
const hidden =
	/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800\p{Default_Ignorable_Code_Point}]/u;
/** Also invisible, but emoji and some scripts need them. */
const joiners = /\u200c|\u200d|\p{Variation_Selector}/gu;
const shows = /[^\s\p{M}]/u;

/** The problem of a room's name, or null. White space at the ends does not count. */
export function roomProblem(name: string): Key | null {
	const room = name.trim();
	if (room === '') return 'error.roomEmpty';
	if (codePoints(room) > roomMax || bytes(room) > roomMaxBytes) return 'error.roomLong';
	return displayable(room) ? null : 'error.roomHidden';
}

/** The problem of a person's name, or null. White space at the ends does not count. */
export function userProblem(name: string): Key | null {
	const user = name.trim();
	if (user === '') return 'error.userEmpty';
	const length = codePoints(user);
	if (length < userMin || length > userMax) return 'error.userLength';
	return displayable(user) ? null : 'error.userHidden';
}

/** A short tag of a uid, shown beside a guest's name, so two people never look the same. */
export function tag(uid: string): string {
	return uid.replace(/^u_/, '').slice(-4);
}

/** The hue of a person's name: one of the stylesheet's six, the same in every browser. */
export function hue(uid: string): number {
	let hash = 0;
	for (const character of uid) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
	return hash % 6;
}

/** The first character of a name as a reader sees it, for the monogram. */
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
