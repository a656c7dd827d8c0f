import { signal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { speakOn } from '../text/i18n';

type Fetch = () => Promise<void>;

const all: Fetch[] = [];

interface Options<Props> {
	/** Shown until the view is there. */
	standIn?: VNode | ((props: Props) => VNode);
	/** The texts that it needs beside those of the first load; all of them, if not said. */
	words?: () => Promise<void>;
	/** How long it may be drawn, in ms, before it is fetched by itself: `fetchRest` will come first. */
	patience?: number;
}

/**
 * A view whose code, with its texts, comes when it is first drawn, or by its `fetch`. A
 * fetch that failed is tried again when the view is next drawn.
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

/** Resolves when what is to be seen at first is there: then the rest may come. */
export const settled = new Promise<void>((resolve) => {
	begin = resolve;
});

/** Fetches all code that has not come yet, so that it is at hand also when the network is gone. */
export async function fetchRest(): Promise<void> {
	begin();
	await Promise.all(all.map((fetch) => fetch()));
}
