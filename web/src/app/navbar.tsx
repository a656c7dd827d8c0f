import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Room } from '../client/client';
import { Count } from '../people/count';
import { SearchForm } from '../search/search-form';
import { t } from '../text/i18n';
import { Icon } from '../ui/icons';
import { lazy } from '../ui/lazy';
import logo from '../ui/logo.svg';
import { homeOf } from '../visit/address';
import type { Visit } from '../visit/visit';
import { FavouritesMenu } from './favourites-menu';

const Tools = lazy(async () => (await import('./tools')).Tools, { patience: 5000 });

interface Props {
	visit: Visit;
	/** The room one is in, or null. */
	room: Room | null;
	online: Signal<boolean>;
}

/** The bar on both pages. Below 992 px all but the brand folds into a menu. */
export function Navbar({ visit, room, online }: Props) {
	const open = useSignal(false);
	const toggler = useRef<HTMLButtonElement>(null);
	const close = () => {
		open.value = false;
	};

	function onKeyDown(event: KeyboardEvent) {
		if (event.key !== 'Escape' || !open.value) return;
		close();
		toggler.current?.focus();
	}

	return (
		<nav class="navbar" data-bs-theme="dark" aria-label={t('nav.label')} onKeyDown={onKeyDown}>
			<Brand visit={visit} />
			<button
				type="button"
				class="toggler icon-button"
				ref={toggler}
				aria-label={t('nav.menu')}
				aria-expanded={open.value}
				aria-controls="nav-menu"
				onClick={() => {
					open.value = !open.value;
				}}
			>
				<Icon name={open.value ? 'close' : 'menu'} />
			</button>
			<div class={open.value ? 'nav-menu open' : 'nav-menu'} id="nav-menu">
				<Online room={room} online={online} onUse={close} />
				<FavouritesMenu
					current={room?.title.value ?? null}
					onPick={(name) => {
						close();
						visit.enter(name);
					}}
				/>
				<Logout visit={visit} onUse={close} />
				<SearchForm inRoom={room !== null} onUse={close} />
				<div class="tools">
					<Tools room={room} />
				</div>
			</div>
		</nav>
	);
}

function Brand({ visit }: { visit: Visit }) {
	return (
		<a
			class="brand"
			href={homeOf(location.pathname)}
			onClick={(event) => {
				if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
				event.preventDefault();
				visit.visit({ room: null, user: null });
			}}
		>
			<img src={logo} alt="" width="36" height="30" />
			{t('app.name')}
		</a>
	);
}

function Online({
	room,
	online,
	onUse,
}: {
	room: Room | null;
	online: Signal<boolean>;
	onUse: () => void;
}) {
	return (
		<button
			type="button"
			class="nav-item"
			aria-expanded={online.value}
			aria-current={online.value || undefined}
			onClick={() => {
				online.value = !online.value;
				onUse();
			}}
		>
			{t('nav.online')} {room && <Count room={room} badge={true} />}
		</button>
	);
}

function Logout({ visit, onUse }: { visit: Visit; onUse: () => void }) {
	const nobody = visit.session.value === null;
	return (
		<button
			type="button"
			class="nav-item"
			aria-disabled={nobody}
			onClick={() => {
				if (nobody) return;
				onUse();
				visit.logout();
			}}
		>
			{t('nav.logout')}
		</button>
	);
}
