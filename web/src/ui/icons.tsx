import sheet from './icons.svg';

/** The ids of icons.svg. */
export type IconName =
	| 'alert'
	| 'arrowDown'
	| 'bell'
	| 'check'
	| 'chevronDown'
	| 'chevronUp'
	| 'clock'
	| 'close'
	| 'copy'
	| 'globe'
	| 'info'
	| 'link'
	| 'menu'
	| 'moon'
	| 'more'
	| 'offline'
	| 'pencil'
	| 'poll'
	| 'retry'
	| 'share'
	| 'smile'
	| 'star'
	| 'sun'
	| 'trash';

/** An icon, for the eye only. A word beside it or the button's label says the same. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
	return (
		<svg class={filled ? 'icon filled' : 'icon'} aria-hidden="true">
			<use href={`${sheet}#${name}`} />
		</svg>
	);
}

interface ButtonProps {
	name: IconName;
	label: string;
	onClick: () => void;
}

/** A button that shows only an icon. */
export function IconButton({ name, label, onClick }: ButtonProps) {
	return (
		<button type="button" class="icon-button" aria-label={label} onClick={onClick}>
			<Icon name={name} />
		</button>
	);
}
