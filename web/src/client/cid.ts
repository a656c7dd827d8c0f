import type { Clock } from './env';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeDigits = 10;
const randomDigits = 16;

/**
 * A new cid: a ULID (https://github.com/ulid/spec), which is 48 bits of time, so that cids
 * sort, and 80 random bits. It matches [0-9A-HJKMNP-TV-Z]{26}.
 */
export function newCid(clock: Pick<Clock, 'random'>, time: number): string {
	let cid = '';
	for (let left = time, i = 0; i < timeDigits; i++, left = Math.floor(left / 32))
		cid = alphabet[left % 32] + cid;
	for (let i = 0; i < randomDigits; i++) cid += alphabet[Math.floor(clock.random() * 32)];
	return cid;
}
