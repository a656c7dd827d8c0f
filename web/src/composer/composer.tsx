import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { t } from '../text/i18n';
import { isEnter, touchKeyboard } from '../ui/keyboard';
import { lazy } from '../ui/lazy';
import { loadDraft, saveDraft } from './drafts';
import { excess, fits, sendable } from './text';

const ComposerAids = lazy(async () => (await import('./composer-aids')).ComposerAids, {
	patience: 5000,
});

/** The box to write in. A sent text leaves it at once; the log shows how the sending goes. */
export function Composer({ room, name }: { room: Room; name: string }) {
	const text = useSignal(loadDraft(name));
	const box = useRef<HTMLTextAreaElement>(null);
	const tooLong = excess(text.value);

	useLayoutEffect(() => {
		// On a phone the focus would open the keyboard over the messages.
		if (!touchKeyboard()) box.current?.focus();
	}, []);

	function write(value: string) {
		text.value = value;
		saveDraft(name, value);
	}

	const send = useSending(room, box, text, write);
	const label = t('composer.label', { room: room.title.value });
	function submit(event: Event) {
		event.preventDefault();
		send();
	}

	return (
		<form class="composer" onSubmit={submit}>
			<Hints room={room} tooLong={tooLong} />
			<div class="box">
				<ComposerAids {...{ room, box, text, write }} />
				<textarea
					id="message"
					ref={box}
					rows={1}
					dir="auto"
					value={text.value}
					placeholder={label}
					aria-label={label}
					aria-describedby="composer-status"
					aria-invalid={tooLong > 0 || undefined}
					autocomplete="off"
					enterkeyhint={touchKeyboard() ? 'enter' : 'send'}
					onInput={(event) => write(event.currentTarget.value)}
					onKeyDown={(event) => isEnter(event) && submit(event)}
				/>
				<button
					class="send"
					type="submit"
					disabled={!fits(text.value)}
					// A press must not take the focus, and the phone's keyboard with it, out of the box.
					onPointerDown={(event) => event.preventDefault()}
				>
					{t('composer.send')}
				</button>
			</div>
		</form>
	);
}

/** Sends what the box holds. Before there is an outbox the text stays in the box until there is one. */
function useSending(
	room: Room,
	box: RefObject<HTMLTextAreaElement | null>,
	text: Signal<string>,
	write: (text: string) => void,
): () => void {
	const asked = useRef(false);
	function send() {
		box.current?.focus();
		if (!fits(text.peek())) return;
		asked.current = !room.canSend.peek();
		if (asked.current) return void room.prepare();
		room.send(sendable(text.peek()));
		write('');
	}
	useSignalEffect(() => {
		if (room.canSend.value && asked.current) send();
	});
	return send;
}

function isPending({ state, change }: Entry): boolean {
	return state === 'pending' || change?.state === 'pending';
}

/** The reserved row above the box: a problem, the number of waiting messages, or the keys. */
function Hints({ room, tooLong }: { room: Room; tooLong: number }) {
	const waiting = room.entries.value.filter(isPending).length;
	const cut = room.connection.value.state === 'reconnecting';
	return (
		<div class="hints">
			<p id="composer-status" role="status" class={tooLong > 0 ? 'bad' : ''}>
				{tooLong > 0
					? t('composer.tooLong', { n: tooLong })
					: room.phase.value === 'loading' && !cut
						? t('log.loading')
						: cut && waiting > 0 && t('composer.waiting', { n: waiting })}
			</p>
			<p class="keys" aria-hidden="true">
				{!touchKeyboard() && t('composer.hint')}
			</p>
		</div>
	);
}
