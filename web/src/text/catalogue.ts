import type { en } from './en';
import type { later } from './en-later';

/** The keys of the catalogue. */
export type Key = keyof typeof en | keyof typeof later;

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** A catalogue: for each key a text, or a text for each plural category of its language. */
export type Catalogue = Readonly<Record<Key, string | Plural>>;
