import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../text/i18n';
import { Rich } from '../text/rich';
import { Icon } from '../ui/icons';
import { clearFavourites, favourites, isFavourite, toggleFavourite } from '../visit/favourites';

interface Props {
	/** The room one is in, or null. */
	current: string | null;
	onPick: (room: string) => void;
	close: (refocus: boolean) => void;
}

/** The entries of the favourites' menu. The menu takes the focus when it opens. */
export function FavouritesList({ current, onPick, close }: Props) {
	const menu = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		focusItem(menu.current, 0);
		const root = menu.current?.parentElement;
		const outside = ({ target }: Event) => {
			if (target instanceof Node && !root?.contains(target)) close(false);
		};
		// The keys work on the menu's button, too.
		const leave = (event: KeyboardEvent) => {
			if (event.key === 'Tab') return close(false);
			if (event.key !== 'Escape') return;
			event.preventDefault();
			event.stopPropagation();
			close(true);
		};
		root?.addEventListener('keydown', leave);
		document.addEventListener('pointerdown', outside);
		return () => {
			root?.removeEventListener('keydown', leave);
			document.removeEventListener('pointerdown', outside);
		};
	}, []);

	function onKeyDown(event: KeyboardEvent) {
		if (!move(menu.current, event.key)) return;
		event.preventDefault();
		event.stopPropagation();
	}

	return (
		<div
			class="menu"
			id="favourites"
			role="menu"
			aria-label={t('nav.favourite')}
			ref={menu}
			onKeyDown={onKeyDown}
		>
			<Items current={current} onPick={onPick} close={close} />
		</div>
	);
}

function Items({ current, onPick, close }: Props) {
	const rooms = favourites.value;
	const act = (what: () => void) => () => {
		close(true);
		what();
	};
	return (
		<>
			{current !== null && (
				<button
					type="button"
					role="menuitem"
					tabIndex={-1}
					onClick={act(() => toggleFavourite(current))}
				>
					<span class="grow">
						<Rich
							of={isFavourite(current) ? 'favourite.remove' : 'favourite.add'}
							with={{ room: current }}
						/>
					</span>
					<Icon name="star" filled={isFavourite(current)} />
				</button>
			)}
			{current !== null && <hr />}
			{rooms.length === 0 && (
				<div role="menuitem" tabIndex={-1} aria-disabled="true" class="empty">
					{t('favourite.none')}
				</div>
			)}
			{rooms.length > 0 && (
				<Rooms rooms={rooms} current={current} onPick={(room) => act(() => onPick(room))()} />
			)}
			{rooms.length > 0 && <hr />}
			{rooms.length > 0 && (
				<button type="button" role="menuitem" tabIndex={-1} onClick={act(clearFavourites)}>
					<span class="grow">{t('favourite.clear')}</span>
					<Icon name="trash" />
				</button>
			)}
		</>
	);
}

interface RoomsProps extends Omit<Props, 'close'> {
	rooms: readonly string[];
}

function Rooms({ rooms, current, onPick }: RoomsProps) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu.
		<div role="group" aria-label={t('favourite.rooms')}>
			{rooms.map((room) => (
				<button
					type="button"
					role="menuitem"
					tabIndex={-1}
					key={room}
					aria-current={room === current ? 'page' : undefined}
					onClick={() => onPick(room)}
				>
					<bdi class="grow">{room}</bdi>
					{room === current && <Icon name="check" />}
				</button>
			))}
		</div>
	);
}

/** Moves the focus if the key is an up or down arrow, Home or End. Returns false for any other key. */
function move(root: HTMLElement | null, key: string): boolean {
	const items = menuItems(root);
	const at = items.indexOf(document.activeElement as HTMLElement);
	const to = new Map([
		['ArrowDown', at + 1],
		['ArrowUp', at - 1],
		['Home', 0],
		['End', items.length - 1],
	]).get(key);
	if (to === undefined) return false;
	focusItem(root, to);
	return true;
}

function focusItem(root: HTMLElement | null, index: number): void {
	const items = menuItems(root);
	items[(index + items.length) % items.length]?.focus();
}

function menuItems(root: HTMLElement | null): HTMLElement[] {
	return [...(root?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
}
