import { t } from '../text/i18n';

export function Footer() {
	const year = new Date().getFullYear();
	return (
		<footer class="footer">
			<span class="wide-only">{t('footer.copyright', { year })}</span>
			<span class="narrow-only">{t('footer.copyrightShort', { year })}</span>
			<span>{t('footer.madeBy')}</span>
		</footer>
	);
}
