/** The tables that Go and TypeScript share. internal/wire/testdata/README.md says who reads them. */
import table from '../../../internal/wire/testdata/kinds.json';
import limits from '../../../internal/wire/testdata/limits.json';

export { limits };

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
