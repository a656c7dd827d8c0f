import type { ComponentProps } from 'preact';
import { useState } from 'preact/hooks';
import type { Room } from '../client/client';
import { Details } from '../room/details';
import { canNotify, notifying, toggleNotifying } from '../room/notify';
import { language, languages, t } from '../text/i18n';
import { Icon, type IconName } from '../ui/icons';
import { chooseLanguage, isLanguage } from './language';
import { theme, toggleTheme } from './theme';

/** The end of the bar: the connection's details and the settings (notifications, language, theme). */
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

interface ToolProps extends ComponentProps<'button'> {
	icon: IconName;
	filled?: boolean;
	label: string;
}

/** A tool of the bar: an icon with a tooltip. Where the bar is a menu, it also shows its label. */
function Tool({ icon, filled = false, label, ...more }: ToolProps) {
	return (
		<button type="button" class="nav-item tool" aria-label={label} title={label} {...more}>
			<Icon name={icon} filled={filled} />
			<span class="narrow-only">{label}</span>
		</button>
	);
}

function DetailsButton({ room }: { room: Room }) {
	const [open, setOpen] = useState(false);
	return (
		<>
			<Tool
				icon="info"
				label={t('details.heading')}
				aria-haspopup="dialog"
				onClick={() => setOpen(true)}
			/>
			{open && <Details room={room} onClose={() => setOpen(false)} />}
		</>
	);
}

function NotifyToggle() {
	const [refused, setRefused] = useState(false);
	return (
		<>
			<Tool
				icon="bell"
				filled={notifying.value}
				label={t('notify.toggle')}
				aria-pressed={notifying.value}
				onClick={async () => setRefused(!(await toggleNotifying()))}
			/>
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
	return (
		<Tool
			icon={dark ? 'sun' : 'moon'}
			label={t(dark ? 'nav.toLight' : 'nav.toDark')}
			onClick={toggleTheme}
		/>
	);
}
