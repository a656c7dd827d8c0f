import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Room } from '../client/client';
import { mentions, parse } from '../format/markup';
import logo from '../logo.svg';
import badged from '../logo-new.svg';
import { unreadMark } from '../state/attention';
import type { Reading } from '../state/reading';

/** Shows in the title and on the tab's icon that there is something to read. It draws nothing. */
export function Attention({ room, reading }: { room: Room; reading: Reading }) {
	useSignalEffect(() => {
		const unread = reading.unread.value;
		const toMe = unread.filter(({ text }) => mentions(parse(text, room.me.name)));
		const counts = [unread.length, toMe.length > 0 && `@${toMe.length}`].filter(Boolean);
		unreadMark.value = counts.length > 0 ? `(${counts.join(', ')}) ` : '';
		setIcon(counts.length > 0);
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

function setIcon(news: boolean): void {
	const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
	const wanted = news ? badged : logo;
	if (icon && icon.getAttribute('href') !== wanted) icon.href = wanted;
}
