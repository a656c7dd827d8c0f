import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { speakOn } from '../text/i18n';

type Fetch = () => Promise<void>;

const all: Fetch[] = [];

interface Options<Props> {
	/** Drawn until the view is loaded. */
	standIn?: VNode | ((props: Props) => VNode);
	/** Fetches the texts that the view needs beyond the first load. By default all texts. */
	words?: () => Promise<void>;
	/** The time in ms until a drawn view is fetched by itself. Normally `fetchRest` comes first. */
	patience?: number;
}

/**
 * A view whose code and texts are fetched when it is first drawn, or by its `fetch`. A failed
 * fetch is tried again when the view is drawn the next time.
 */
export function lazy<Props extends object>(
	load: () => Promise<ComponentType<Props>>,
	{ standIn, words = speakOn, patience = 0 }: Options<Props> = {},
) {
	const loaded = signal<{ readonly View: ComponentType<Props> } | null>(null);
	let loading: Promise<void> | null = null;
	const fetch = () => {
		loading ??= Promise.all([load(), words()]).then(
			([View]) => {
				loaded.value = { View };
			},
			() => {
				loading = null;
			},
		);
		return loading;
	};
	all.push(fetch);

	function Lazy(props: Props) {
		useEffect(() => {
			const timer = setTimeout(fetch, patience);
			return () => clearTimeout(timer);
		}, []);
		const now = loaded.value;
		if (now) return <now.View {...props} />;
		return typeof standIn === 'function' ? standIn(props) : (standIn ?? null);
	}
	return Object.assign(Lazy, { fetch });
}

let begin = () => {};

/** Resolves when the first screen is complete. Only then may other code be fetched. */
export const settled = new Promise<void>((resolve) => {
	begin = resolve;
});

/** Fetches all code that is not loaded yet, so it is there when the network is gone. */
export async function fetchRest(): Promise<void> {
	begin();
	await Promise.all(all.map((fetch) => fetch()));
}
