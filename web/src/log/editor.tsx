import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { blank, excess, sendable } from '../composer/text';
import { t } from '../text/i18n';
import { touchKeyboard } from '../ui/touch';
import { editing } from './editing';

/** What was written and not saved, by the message's key: a log does not draw all that it has. */
const unsaved = new Map<string, string>();

/** A message's text, being edited where it stands. */
export function Editor({ entry, room }: { entry: Entry; room: Room }) {
	const text = useSignal(unsaved.get(entry.key) ?? entry.text);
	const box = useRef<HTMLTextAreaElement>(null);
	const tooLong = excess(text.value);
	const savable = !blank(text.value) && tooLong === 0;

	useLayoutEffect(() => {
		const area = box.current;
		area?.focus({ preventScroll: true });
		area?.setSelectionRange(text.peek().length, text.peek().length);
		area?.closest('li')?.scrollIntoView({ block: 'nearest' });
	}, []);
	useEffect(() => {
		if (entry.deleted) close();
	}, [entry.deleted]);

	function close() {
		unsaved.delete(entry.key);
		editing.value = null;
		document.getElementById('message')?.focus();
	}

	function save() {
		if (!savable || entry.seq === undefined) return;
		const wanted = sendable(text.value);
		if (wanted !== entry.text) room.change('edit', entry.seq, wanted);
		close();
	}

	function onKeyDown(event: KeyboardEvent) {
		if (event.isComposing || event.keyCode === 229) return;
		const enter = event.key === 'Enter' && !event.shiftKey && !event.altKey && !touchKeyboard();
		if (!enter && event.key !== 'Escape') return;
		event.preventDefault();
		event.stopPropagation();
		if (enter) save();
		else close();
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
			<p id="editor-note" class={tooLong > 0 ? 'bad' : ''} role="status">
				{tooLong > 0
					? t('composer.tooLong', { n: tooLong })
					: !touchKeyboard() && t('message.editHint')}
			</p>
			<div class="actions">
				<button type="button" class="quiet" onClick={close}>
					{t('common.cancel')}
				</button>
				<button type="submit" class="chip" disabled={!savable}>
					{t('message.save')}
				</button>
			</div>
		</form>
	);
}
