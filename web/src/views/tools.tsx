import { useState } from 'preact/hooks';
import { chooseLanguage, isLanguage } from '../state/language';
import { canNotify, notifying, toggleNotifying } from '../state/notify';
import { theme, toggleTheme } from '../state/theme';
import { language, languages, t } from '../text/i18n';
import { Icon } from './icons';

/** What one sets once and for all, at the end of the bar: notifications, the language, the theme. */
export function Tools() {
	return (
		<>
			{canNotify && <NotifyToggle />}
			<LanguageSelect />
			<ThemeButton />
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
				{Object.entries(languages).map(([tag, name]) => (
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
