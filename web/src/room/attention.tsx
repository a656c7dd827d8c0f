import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Entry, Room } from '../client/client';
import { mentions, parse, plain } from '../log/markup';
import { inView, type Reading, unreadMark } from '../log/reading';
import logo from '../ui/logo.svg';
import badged from '../ui/logo-new.svg';
import { notify, notifying } from './notify';

/** Shows unread messages in the title, on the tab's icon and as notifications. */
export function Attention({ room, reading }: { room: Room; reading: Reading }) {
	const told = useRef<number | undefined>(undefined);
	useSignalEffect(() => {
		const unread = reading.unread.value;
		const toMe = unread.filter(({ text }) => mentions(parse(text, room.me.name)));
		const counts = [unread.length, toMe.length > 0 && `@${toMe.length}`].filter(Boolean);
		unreadMark.value = counts.length > 0 ? `(${counts.join(', ')}) ` : '';
		setIcon(counts.length > 0);
	});
	useSignalEffect(() => {
		const newest = reading.unread.value.at(-1);
		const isNew = told.current !== undefined && (newest?.seq ?? 0) > told.current;
		// Messages that were unread before the page opened need no notification.
		told.current = Math.max(told.current ?? 0, newest?.seq ?? 0);
		if (newest && isNew && !inView.peek() && notifying.peek()) tell(room, newest);
	});
	useEffect(
		() => () => {
			unreadMark.value = '';
			setIcon(false);
		},
		[],
	);
	return null;
}

function tell(room: Room, { name, text }: Entry): void {
	const title = room.title.peek();
	notify(title, `${name} · ${title}`, plain(parse(text)).slice(0, 200));
}

function setIcon(news: boolean): void {
	const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
	const wanted = news ? badged : logo;
	if (icon && icon.getAttribute('href') !== wanted) icon.href = wanted;
}
