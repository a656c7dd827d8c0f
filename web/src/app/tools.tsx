import { useState } from 'preact/hooks';
import type { Room } from '../client/client';
import { Details } from '../room/details';
import { canNotify, notifying, toggleNotifying } from '../room/notify';
import { language, languages, t } from '../text/i18n';
import { Icon } from '../ui/icons';
import { chooseLanguage, isLanguage } from './language';
import { theme, toggleTheme } from './theme';

/** At the end of the bar: the connection, and what one sets once and for all: notifications, language, theme. */
export function Tools({ room }: { room: Room | null }) {
	return (
		<>
			{room && <DetailsButton room={room} />}
			{canNotify && <NotifyToggle />}
			<LanguageSelect />
			<ThemeButton />
		</>
	);
}

function DetailsButton({ room }: { room: Room }) {
	const [open, setOpen] = useState(false);
	const label = t('details.heading');
	return (
		<>
			<button
				type="button"
				class="nav-item tool"
				aria-label={label}
				title={label}
				aria-haspopup="dialog"
				onClick={() => setOpen(true)}
			>
				<Icon name="info" />
				<span class="narrow-only">{label}</span>
			</button>
			{open && <Details room={room} onClose={() => setOpen(false)} />}
		</>
	);
}

function NotifyToggle() {
	const [refused, setRefused] = useState(false);
	const label = t('notify.toggle');
	return (
		<>
			<button
				type="button"
				class="nav-item tool"
				aria-label={label}
				title={label}
				aria-pressed={notifying.value}
				onClick={async () => setRefused(!(await toggleNotifying()))}
			>
				<Icon name="bell" filled={notifying.value} />
				<span class="narrow-only">{label}</span>
			</button>
			<p class={refused ? 'said' : 'said visually-hidden'} role="status">
				{refused && t('notify.refused')}
			</p>
		</>
	);
}

function LanguageSelect() {
	return (
		<label class="nav-item tool language">
			<Icon name="globe" />
			<span class="visually-hidden">{t('nav.language')}</span>
			<select
				value={language.value}
				onChange={({ currentTarget: { value } }) => {
					if (isLanguage(value)) chooseLanguage(value).catch(() => {});
				}}
			>
				{Object.entries(languages).map(([tag, { name }]) => (
					<option key={tag} value={tag} lang={tag}>
						{name}
					</option>
				))}
			</select>
		</label>
	);
}

function ThemeButton() {
	const dark = theme.value === 'dark';
	const label = t(dark ? 'nav.toLight' : 'nav.toDark');
	return (
		<button
			type="button"
			class="nav-item tool"
			aria-label={label}
			title={label}
			onClick={toggleTheme}
		>
			<Icon name={dark ? 'sun' : 'moon'} />
			<span class="narrow-only">{label}</span>
		</button>
	);
}
