import { afterEach, describe, expect, test, vi } from 'vitest';
import { ar } from './ar';
import { en } from './en';
import { later } from './en-later';
import { hi } from './hi';
import { isKey, language, languages, pieces, speak, speakOn, t } from './i18n';

/** A method in newer engines, a property in older ones: https://tc39.es/proposal-intl-locale-info/ */
interface TextInfo {
	textInfo?: { direction: string };
	getTextInfo?(): { direction: string };
}

afterEach(() => speak('en'));

test('puts parameters into their places', () => {
	expect(t('room.heading', { room: '<b>', user: '$&' })).toBe('<b> - $&');
});

test('chooses the plural', () => {
	expect(t('log.new', { n: 1 })).toBe('1 new message');
	expect(t('log.new', { n: 4 })).toBe('4 new messages');
	expect(t('room.people', { n: 0 })).toBe('0 people here');
});

test('chooses the plural as the language has it', async () => {
	await speak('ar');
	expect(language.value).toBe('ar');
	expect([1, 2, 3, 11].map((n) => t('log.new', { n }))).toEqual([
		'رسالة جديدة',
		'رسالتان جديدتان',
		'3 رسائل جديدة',
		'11 رسالة جديدة',
	]);
});

test('cuts a text at its parameters', () => {
	expect(pieces('room.heading')).toEqual([{ param: 'room' }, ' - ', { param: 'user' }]);
});

test('has the texts of what comes later once it was asked for them', async () => {
	await speakOn();
	expect(isKey('home.start')).toBe(true);
	expect(isKey('no.such')).toBe(false);
});

const english = { ...en, ...later };
const catalogues = { en: english, hi, ar };

describe.each(Object.entries(catalogues))('the catalogue %s', (tag, catalogue) => {
	test('has every key, and no other', () => {
		expect(Object.keys(catalogue).sort()).toEqual(Object.keys(english).sort());
	});

	test('leaves no text empty, and has every plural of its language', () => {
		const { pluralCategories } = new Intl.PluralRules(tag).resolvedOptions();
		for (const [key, text] of Object.entries(catalogue)) {
			if (typeof text === 'string') expect(text.trim(), key).not.toBe('');
			else expect(Object.keys(text).sort(), key).toEqual([...pluralCategories].sort());
		}
	});

	test('knows the same parameters as the English one', () => {
		const params = (text: string | { readonly other: string }) => {
			const form = typeof text === 'string' ? text : text.other;
			return [...form.matchAll(/\{\w+\}/g)].map(([param]) => param).sort();
		};
		for (const [key, text] of Object.entries(english)) {
			expect(params(catalogue[key as keyof typeof english]), key).toEqual(params(text));
		}
	});
});

test.each(Object.entries(languages))('%s is written in its direction', (tag, { name, dir }) => {
	const locale = new Intl.Locale(tag) as Intl.Locale & TextInfo;
	expect(name).not.toBe('');
	expect(dir).toBe((locale.getTextInfo?.() ?? locale.textInfo)?.direction);
});

test('English texts that come late do not push another language out', async () => {
	vi.resetModules();
	const fresh = await import('./i18n');
	await Promise.all([fresh.speak('hi'), fresh.speakOn()]);
	expect(fresh.language.value).toBe('hi');
	expect(fresh.t('room.heading', { room: 'a', user: 'b' })).toBe('a - b');
});
