import { en } from './en';

/** The keys of the catalogue. */
export type Key = keyof typeof en;

export type Params = Readonly<Record<string, string | number>>;

type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** A catalogue: for each key a text, or a text for each plural category of its language. */
export type Catalogue = Readonly<Record<Key, string | Plural>>;

/** The page's language, a BCP 47 tag; it is also the `lang` of the document. */
export const language = 'en';

const catalogue: Catalogue = en;
const plurals = new Intl.PluralRules(language);

/** The text for a key, with `{name}` replaced by the parameter of that name. */
export function t(key: Key, params: Params = {}): string {
	const entry = catalogue[key];
	const text = typeof entry === 'string' ? entry : pick(entry, params.n);
	return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

/**
 * The text for a key in pieces, for views that put an element in the place of a
 * parameter: strings and, where `{name}` stood, `{ name }`.
 */
export function pieces(key: Key): (string | { readonly param: string })[] {
	const entry = catalogue[key];
	const text = typeof entry === 'string' ? entry : entry.other;
	return text
		.split(/(\{\w+\})/)
		.filter(Boolean)
		.map((piece) => (/^\{\w+\}$/.test(piece) ? { param: piece.slice(1, -1) } : piece));
}

function pick(entry: Plural, n: string | number | undefined): string {
	return entry[plurals.select(Number(n ?? 0))] ?? entry.other;
}
