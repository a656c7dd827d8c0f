import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../text/i18n';
import { IconButton } from '../ui/icons';
import { emoji } from './emoji';

/** The button in the box, and the palette that it opens. */
export function EmojiPalette({ onPick }: { onPick: (emoji: string) => void }) {
	const open = useSignal(false);
	const root = useRef<HTMLDivElement>(null);
	const close = () => {
		open.value = false;
	};
	useLayoutEffect(() => {
		if (!open.value) return;
		root.current?.querySelector<HTMLElement>('.palette button')?.focus();
		const outside = ({ target }: Event) => {
			if (target instanceof Node && !root.current?.contains(target)) close();
		};
		document.addEventListener('pointerdown', outside);
		return () => document.removeEventListener('pointerdown', outside);
	}, [open.value]);

	function onKeyDown(event: KeyboardEvent) {
		if (event.key === 'Escape' && open.value) {
			close();
			root.current?.querySelector('button')?.focus();
		} else if (!move(event)) return;
		event.preventDefault();
		event.stopPropagation();
	}

	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the buttons in it.
		<div class="emoji" ref={root} onKeyDown={onKeyDown}>
			<IconButton
				name="smile"
				label={t('composer.emoji')}
				onClick={() => {
					open.value = !open.value;
				}}
			/>
			{open.value && (
				<Palette
					onPick={(picture) => {
						close();
						onPick(picture);
					}}
				/>
			)}
		</div>
	);
}

/** All emoji that have a name here. The parent handles the keys of its buttons: see `move`. */
export function Palette({ onPick }: { onPick: (emoji: string) => void }) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a form's line.
		<div class="palette" role="group" aria-label={t('composer.emoji')}>
			{Object.entries(emoji).map(([name, picture], at) => (
				<button
					type="button"
					key={name}
					tabIndex={at === 0 ? 0 : -1}
					aria-label={name.replaceAll('_', ' ')}
					title={`:${name}:`}
					onClick={() => onPick(picture)}
				>
					{picture}
				</button>
			))}
		</div>
	);
}

/** Moves the focus in the palette with the arrow keys. Returns false for any other key. */
export function move(event: KeyboardEvent): boolean {
	const palette = event.target instanceof Element ? event.target.closest('.palette') : null;
	if (!palette) return false;
	const all = [...palette.querySelectorAll<HTMLElement>('button')];
	const columns = all.filter(({ offsetTop }) => offsetTop === all[0]?.offsetTop).length;
	const forward = getComputedStyle(palette).direction === 'rtl' ? -1 : 1;
	const step = {
		ArrowRight: forward,
		ArrowLeft: -forward,
		ArrowDown: columns,
		ArrowUp: -columns,
	}[event.key];
	if (step === undefined) return false;
	all[all.indexOf(event.target as HTMLElement) + step]?.focus();
	return true;
}
