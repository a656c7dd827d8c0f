import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Key } from '../text/catalogue';
import { t } from '../text/i18n';
import { IconButton } from './icons';

interface Props {
	heading: Key;
	onClose: () => void;
	children: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus inside it, and returns the focus at the end. */
export function Dialog({ heading, onClose, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	useLayoutEffect(() => {
		const element = dialog.current;
		element?.showModal();
		element?.querySelector('input')?.focus();
		return () => element?.close();
	}, []);
	return (
		<dialog
			ref={dialog}
			aria-labelledby="dialog-heading"
			onClose={onClose}
			// Esc closes the dialog only, not also the menu that contains it.
			onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
		>
			<header>
				<h2 id="dialog-heading">{t(heading)}</h2>
				<IconButton name="close" label={t('common.close')} onClick={onClose} />
			</header>
			{children}
		</dialog>
	);
}
