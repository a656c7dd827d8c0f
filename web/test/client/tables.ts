/** The tables that Go and TypeScript share. internal/wire/testdata/README.md says who reads them. */
import emoji from '../../../internal/wire/testdata/emoji.json';
import table from '../../../internal/wire/testdata/kinds.json';
import limits from '../../../internal/wire/testdata/limits.json';
import names from '../../../internal/wire/testdata/names.json';

export { emoji, limits, names };

/** The rule of a kind of rows. internal/golden/golden.go has the meaning of each member. */
export interface Kind {
	readonly revision: number;
	readonly target: boolean;
	readonly text: string;
	readonly authorOnly: boolean;
	readonly ofDeleted: boolean;
	readonly overwrites: boolean;
}

export const kinds: Omit<typeof table, 'kinds'> & { readonly kinds: Record<string, Kind> } = table;
