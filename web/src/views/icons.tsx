/** The page's icons: strokes on a 24 px grid, in the colour of the text beside them. */
const paths = {
	alert: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5v5.5M12 16.2v.3',
	arrowDown: 'M12 5v14M6 13l6 6 6-6',
	check: 'M5 12.5l4.5 4.5L19 7',
	chevronDown: 'M7 10l5 5 5-5',
	chevronUp: 'M7 14l5-5 5 5',
	clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2',
	close: 'M6 6l12 12M18 6L6 18',
	copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
	menu: 'M4 7h16M4 12h16M4 17h16',
	moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
	offline:
		'M3 3l18 18M5 10.5a11 11 0 0 1 4-2.3M19 10.5a11 11 0 0 0-5.5-2.7M8.5 14a5.5 5.5 0 0 1 4-1.4M12 18.5v.1',
	poll: 'M4 9h14l-4-4M20 15H6l4 4',
	retry: 'M19.5 13a7.5 7.5 0 1 1-2-6.3L20 9M20 4v5h-5',
	share: 'M12 15V4M8 7.5L12 3.5l4 4M5 12v8h14v-8',
	star: 'M12 3.5l2.6 5.5 5.9.8-4.3 4.2 1 6L12 17.2 6.8 20l1-6L3.5 9.8l5.9-.8z',
	sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1',
	trash: 'M4.5 7h15M10 4h4M6.5 7l.8 13h9.4l.8-13M10 11v5M14 11v5',
} as const;

export type IconName = keyof typeof paths;

/** An icon, for the eye only: a word beside it or the button's label says the same. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
	return (
		<svg class={filled ? 'icon filled' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
			<path d={paths[name]} />
		</svg>
	);
}
