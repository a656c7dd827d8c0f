import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../text/i18n';
import { IconButton } from './icons';

interface PanelProps {
	open: Signal<boolean>;
	heading: string;
	children: ComponentChildren;
}

/** The panel that Online opens: in the gutter, a card, or a sheet at the bottom, as space allows. */
export function Panel({ open, heading, children }: PanelProps) {
	const panel = useRef<HTMLElement>(null);
	useLayoutEffect(() => {
		const opener = document.activeElement;
		const release = holdFocus(panel.current);
		panel.current?.focus();
		return () => {
			release();
			if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
		};
	}, []);
	const close = () => {
		open.value = false;
	};
	return (
		<>
			{/* For the pointer only: Esc and the button close the panel, too. */}
			<div class="scrim" aria-hidden="true" onClick={close} />
			<section
				class="online"
				id="online"
				ref={panel}
				tabIndex={-1}
				aria-labelledby="online-heading"
				onKeyDown={(event) => event.key === 'Escape' && close()}
			>
				<header>
					<h2 id="online-heading">{heading}</h2>
					<IconButton name="close" label={t('common.close')} onClick={close} />
				</header>
				{children}
			</section>
		</>
	);
}

/** While the panel is a sheet over the page, makes everything else inert. Returns a function that undoes it. */
function holdFocus(panel: HTMLElement | null): () => void {
	const sheet = globalThis.matchMedia?.('(width < 992px)');
	if (!panel || !sheet) return () => {};
	const others: Element[] = [];
	for (let at: Element = panel; at.parentElement && at !== document.body; at = at.parentElement)
		others.push(...[...at.parentElement.children].filter((one) => one !== at));
	const behind = others.filter((one) => !one.matches('.scrim, script, style, link'));
	const apply = () => {
		for (const one of behind) one.toggleAttribute('inert', sheet.matches);
	};
	apply();
	sheet.addEventListener('change', apply);
	return () => {
		sheet.removeEventListener('change', apply);
		for (const one of behind) one.removeAttribute('inert');
	};
}
