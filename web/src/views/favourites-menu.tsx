import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../text/i18n';
import { Icon } from './icons';
import { lazy } from './lazy';

interface Props {
	/** The room one is in, or null. */
	current: string | null;
	onPick: (room: string) => void;
}

const FavouritesList = lazy(async () => (await import('./favourites-list')).FavouritesList);

/** The bar's dropdown of favourite rooms: a menu button in the sense of the ARIA practices. */
export function FavouritesMenu({ current, onPick }: Props) {
	const open = useSignal(false);
	const root = useRef<HTMLDivElement>(null);
	const button = useRef<HTMLButtonElement>(null);
	const close = (refocus: boolean) => {
		open.value = false;
		if (refocus) button.current?.focus();
	};

	useEffect(() => {
		if (!open.value) return;
		const outside = (event: Event) => {
			if (event.target instanceof Node && !root.current?.contains(event.target)) close(false);
		};
		document.addEventListener('pointerdown', outside);
		return () => document.removeEventListener('pointerdown', outside);
	}, [open.value]);

	function onKeyDown(event: KeyboardEvent) {
		if (event.key === 'Tab') return close(false);
		const opens = event.key === 'ArrowDown' && !open.value;
		const closes = event.key === 'Escape' && open.value;
		if (!opens && !closes) return;
		event.preventDefault();
		event.stopPropagation();
		if (closes) close(true);
		else open.value = true;
	}

	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the button and the menu in it.
		<div class="dropdown" ref={root} onKeyDown={onKeyDown}>
			<button
				type="button"
				class="nav-item"
				ref={button}
				aria-haspopup="menu"
				aria-expanded={open.value}
				aria-controls="favourites"
				onClick={() => {
					open.value = !open.value;
				}}
			>
				{t('nav.favourite')}
				<Icon name="chevronDown" />
			</button>
			{open.value && <FavouritesList {...{ current, onPick, close }} />}
		</div>
	);
}
