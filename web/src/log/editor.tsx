import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { excess, fits, sendable } from '../composer/text';
import { t } from '../text/i18n';
import { isEnter, touchKeyboard } from '../ui/keyboard';
import { editing } from './editing';

/** Unsaved edits by the message's key. A long log removes an editor that is scrolled far away. */
const unsaved = new Map<string, string>();

/** The editor of a message, in the place of its text. */
export function Editor({ entry, room }: { entry: Entry; room: Room }) {
	const text = useSignal(unsaved.get(entry.key) ?? entry.text);
	const box = useRef<HTMLTextAreaElement>(null);
	const tooLong = excess(text.value);

	useLayoutEffect(() => begin(box.current), []);
	useEffect(() => {
		if (entry.deleted) close();
	}, [entry.deleted]);

	function close() {
		unsaved.delete(entry.key);
		editing.value = null;
		document.getElementById('message')?.focus();
	}

	function save() {
		if (!fits(text.value) || entry.seq === undefined) return;
		const wanted = sendable(text.value);
		if (wanted !== entry.text) room.change('edit', entry.seq, wanted);
		close();
	}

	function onKeyDown(event: KeyboardEvent) {
		const cancels = event.key === 'Escape' && !event.isComposing && event.keyCode !== 229;
		if (!cancels && !isEnter(event)) return;
		event.preventDefault();
		event.stopPropagation();
		if (cancels) close();
		else save();
	}

	return (
		<form
			class="editor"
			onSubmit={(event) => {
				event.preventDefault();
				save();
			}}
		>
			<textarea
				ref={box}
				rows={1}
				dir="auto"
				aria-label={t('message.editLabel')}
				aria-invalid={tooLong > 0 || undefined}
				aria-describedby="editor-note"
				value={text.value}
				onInput={(event) => {
					text.value = event.currentTarget.value;
					unsaved.set(entry.key, text.value);
				}}
				onKeyDown={onKeyDown}
			/>
			<Below tooLong={tooLong} savable={fits(text.value)} onCancel={close} />
		</form>
	);
}

/** Puts the caret at the end of the text and scrolls the whole message into view. */
function begin(area: HTMLTextAreaElement | null): void {
	area?.focus({ preventScroll: true });
	area?.setSelectionRange(area.value.length, area.value.length);
	area?.closest('li')?.scrollIntoView({ block: 'nearest' });
}

interface BelowProps {
	tooLong: number;
	savable: boolean;
	onCancel: () => void;
}

/** The row below the text: a problem or the keys, and the buttons. */
function Below({ tooLong, savable, onCancel }: BelowProps) {
	return (
		<>
			<p id="editor-note" class={tooLong > 0 ? 'bad' : ''} role="status">
				{tooLong > 0
					? t('composer.tooLong', { n: tooLong })
					: !touchKeyboard() && t('message.editHint')}
			</p>
			<div class="actions">
				<button type="button" class="quiet" onClick={onCancel}>
					{t('common.cancel')}
				</button>
				<button type="submit" class="chip" disabled={!savable}>
					{t('message.save')}
				</button>
			</div>
		</>
	);
}
