import { useEffect, useState } from 'preact/hooks';
import type { Room } from '../client/client';
import type { Reading } from '../log/reading';
import { reveal } from '../log/reveal';
import { t } from '../text/i18n';
import { IconButton } from '../ui/icons';

/** The seq of the message that the address names, or null. */
function wanted(): number | null {
	const [, seq] = /[?&]m=(\d+)(?:&|$)/.exec(location.search) ?? [];
	return seq === undefined ? null : Number(seq);
}

/** Scrolls to the message of a link and highlights it. Loads as many pages of history as it takes. */
export function Target({ room, reading }: { room: Room; reading: Reading }) {
	const [seq] = useState(wanted);
	const [state, setState] = useState<'looking' | 'there' | 'missing' | 'closed'>('looking');
	const entries = room.entries.value;
	const ready = room.phase.value === 'ready';

	useEffect(() => {
		if (seq === null || state !== 'looking' || !ready) return;
		const entry = entries.find((one) => one.seq === seq);
		if (entry) {
			void show(entry.key, reading);
			setState('there');
			return;
		}
		const first = entries.find((one) => one.seq !== undefined)?.seq ?? 0;
		const goesOn = room.hasOlder.value && first > seq;
		if (!goesOn) setState('missing');
		else if (!room.loadingOlder.value) void room.loadOlder();
	}, [entries, ready, state, room.loadingOlder.value]);

	const missing = state === 'missing';
	return (
		<div class={missing ? 'slot' : 'slot visually-hidden'}>
			<div class={missing ? 'notice results' : 'notice hidden'}>
				<p role="status" class="grow">
					{missing && t('target.missing')}
				</p>
				{missing && (
					<IconButton name="close" label={t('common.close')} onClick={() => setState('closed')} />
				)}
			</div>
		</div>
	);
}

async function show(key: string, reading: Reading): Promise<void> {
	const line = await reveal(key, reading);
	line?.setAttribute('data-target', '');
	line?.scrollIntoView({ block: 'center' });
}
