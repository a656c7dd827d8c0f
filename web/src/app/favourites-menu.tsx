import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../text/i18n';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';

interface Props {
	/** The room one is in, or null. */
	current: string | null;
	onPick: (room: string) => void;
}

const FavouritesList = lazy(async () => (await import('./favourites-list')).FavouritesList);

/** The bar's dropdown of favourite rooms: a menu button as the ARIA Authoring Practices describe it. */
export function FavouritesMenu({ current, onPick }: Props) {
	const open = useSignal(false);
	const button = useRef<HTMLButtonElement>(null);
	const close = (refocus: boolean) => {
		open.value = false;
		if (refocus) button.current?.focus();
	};

	function onKeyDown(event: KeyboardEvent) {
		if (event.key !== 'ArrowDown' || open.value) return;
		event.preventDefault();
		open.value = true;
	}

	return (
		<div class="dropdown">
			<button
				type="button"
				class="nav-item"
				ref={button}
				aria-haspopup="menu"
				aria-expanded={open.value}
				aria-controls="favourites"
				onKeyDown={onKeyDown}
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
