import { emoji } from './emoji';

/** A suggestion for the word that is being typed. */
export interface Offer {
	/** The text to insert. */
	readonly text: string;
	/** The text in the list. */
	readonly label: string;
}

export interface Completion {
	/** The start of the part that an offer replaces. The part ends at the caret. */
	readonly from: number;
	readonly offers: readonly Offer[];
}

const most = 6;

/** The suggestions for `@name` or `:name` before the caret. Null if there is neither. */
export function complete(before: string, names: readonly string[]): Completion | null {
	const [, at, wanted = ''] =
		/(?:^|[\s(])(@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?))$/u.exec(before) ?? [];
	if (at !== undefined) return found(before.length - at.length, people(wanted, names));
	const [, colon, name = ''] = /(?:^|[\s(])(:([a-z0-9_]{2,}))$/.exec(before) ?? [];
	return colon === undefined ? null : found(before.length - colon.length, byName(name));
}

/** The text with every known `:name:` replaced by its emoji. */
export function withEmoji(text: string): string {
	return text.replace(/:([a-z0-9_]+):/g, (written, name: string) =>
		Object.hasOwn(emoji, name) ? (emoji[name] ?? written) : written,
	);
}

function found(from: number, offers: readonly Offer[]): Completion | null {
	return offers.length > 0 ? { from, offers: offers.slice(0, most) } : null;
}

function people(wanted: string, names: readonly string[]): Offer[] {
	const start = wanted.toLowerCase();
	return names
		.filter((name) => name.toLowerCase().startsWith(start))
		.map((name) => ({ text: `@${name} `, label: name }));
}

function byName(wanted: string): Offer[] {
	const names = Object.keys(emoji).filter((name) => name.includes(wanted));
	const early = (name: string) => (name.startsWith(wanted) ? 0 : 1);
	return names
		.sort((a, b) => early(a) - early(b))
		.map((name) => ({ text: `${emoji[name]} `, label: `${emoji[name]} :${name}:` }));
}
