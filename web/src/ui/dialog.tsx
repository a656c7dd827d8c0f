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

/** A modal dialog: the browser keeps the focus in it, and gives it back. */
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
			// Esc is the dialog's, not also that of what it stands in.
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
