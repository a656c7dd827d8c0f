import { expect, test } from 'vitest';
import { en } from './en';
import { later } from './en-later';
import { pieces, t } from './i18n';

test('puts parameters into their places', () => {
	expect(t('room.heading', { room: '<b>', user: '$&' })).toBe('<b> - $&');
});

test('chooses the plural', () => {
	expect(t('log.new', { n: 1 })).toBe('1 new message');
	expect(t('log.new', { n: 4 })).toBe('4 new messages');
	expect(t('room.people', { n: 0 })).toBe('0 people here');
});

test('cuts a text at its parameters', () => {
	expect(pieces('room.heading')).toEqual([{ param: 'room' }, ' - ', { param: 'user' }]);
});

test('no text of the catalogue is empty, and a plural has all that English needs', () => {
	for (const [key, text] of Object.entries({ ...en, ...later })) {
		const forms = typeof text === 'string' ? [text] : [text.one, text.other];
		for (const form of forms) expect(form.trim(), key).not.toBe('');
	}
});
