import { batch, computed, signal } from '@preact/signals';
import type { Catalogue, Key, Plural } from './catalogue';
import { en } from './en';

export type Params = Readonly<Record<string, string | number>>;

/** The languages of the page by BCP 47 tag, each with its own name and direction. */
export const languages = {
	en: { name: 'English', dir: 'ltr' },
	hi: { name: 'हिन्दी', dir: 'ltr' },
	ar: { name: 'العربية', dir: 'rtl' },
} as const;

export type Language = keyof typeof languages;

/** The page's language. A component or a computed that reads a text follows it. */
export const language = signal<Language>('en');

const load: Record<Language, () => Promise<Catalogue>> = {
	en: async () => ({ ...en, ...(await import('./en-later')).later }),
	hi: async () => (await import('./hi')).hi,
	ar: async () => (await import('./ar')).ar,
};
const catalogue = signal<Partial<Catalogue>>(en);
const plurals = computed(() => new Intl.PluralRules(language.value));

/** Fetches the texts of a language and changes to it. If the fetch fails it rejects and changes nothing. */
export async function speak(wanted: Language): Promise<void> {
	const texts = await load[wanted]();
	batch(() => {
		catalogue.value = texts;
		language.value = wanted;
	});
}

/** Fetches the texts of the lazy views, if they are not loaded yet. */
export async function speakOn(): Promise<void> {
	const texts = catalogue.value === en && (await load.en());
	// Another language may have been loaded meanwhile.
	if (texts && catalogue.value === en) catalogue.value = texts;
}

/** The text for a key, with `{name}` replaced by the parameter of that name. */
export function t(key: Key, params: Params = {}): string {
	const entry = textOf(key);
	const text = typeof entry === 'string' ? entry : pick(entry, params.n);
	return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

/**
 * The text for a key in pieces, for views that put an element in the place of a
 * parameter: strings and, where `{name}` stood, `{ name }`.
 */
export function pieces(key: Key): (string | { readonly param: string })[] {
	const entry = textOf(key);
	const text = typeof entry === 'string' ? entry : entry.other;
	return text
		.split(/(\{\w+\})/)
		.filter(Boolean)
		.map((piece) => (/^\{\w+\}$/.test(piece) ? { param: piece.slice(1, -1) } : piece));
}

/** Whether a string is a key that has a text. */
export function isKey(key: string): key is Key {
	return key in catalogue.value;
}

function textOf(key: Key): string | Plural {
	return catalogue.value[key] ?? '';
}

function pick(entry: Plural, n: string | number | undefined): string {
	return entry[plurals.value.select(Number(n ?? 0))] ?? entry.other;
}
