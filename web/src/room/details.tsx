import { useEffect, useState } from 'preact/hooks';
import type { Connection, Room } from '../client/client';
import { t } from '../text/i18n';
import { useCopy } from '../ui/copy';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icons';
import { shareLink } from '../visit/address';

const everyMs = 5000;

/** Facts about the connection for a developer, to read and to copy, and the room's link as a QR code. */
export function Details({ room, onClose }: { room: Room; onClose: () => void }) {
	const link = shareLink(location, room.title.value);
	const latency = useLatency(room);
	const last = room.entries.value.findLast(({ seq }) => seq !== undefined)?.seq;
	const facts: [name: string, value: string][] = [
		[t('details.state'), stateOf(room.connection.value)],
		[t('details.endpoint'), `${location.origin.replace(/^http/, 'ws')}/ws?v=1`],
		[
			t('details.latency'),
			latency === null ? t('details.unknown') : t('details.ms', { n: latency }),
		],
		[t('details.revision'), String(room.revision.value || t('details.unknown'))],
		[t('details.position'), String(last ?? t('details.unknown'))],
		[t('details.link'), link],
	];
	const [outcome, copy] = useCopy(facts.map((fact) => fact.join(': ')).join('\n'));
	return (
		<Dialog heading="details.heading" onClose={onClose}>
			<dl class="facts">
				{facts.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd dir="auto">{value}</dd>
					</div>
				))}
			</dl>
			<QrCode text={link} />
			<div class="actions">
				<p role="status">
					{outcome === 'copied' && t('details.copied')}
					{outcome === 'failed' && t('details.copyFailed')}
				</p>
				<button type="button" class="chip" onClick={copy}>
					<Icon name={outcome === 'copied' ? 'check' : 'copy'} />
					{t('details.copy')}
				</button>
			</div>
		</Dialog>
	);
}

/** The round trip in ms, measured again every 5 s. Null while it is unknown. */
function useLatency(room: Room): number | null {
	const [latency, setLatency] = useState<number | null>(null);
	useEffect(() => {
		let wanted = true;
		const ask = async () => {
			const ms = await room.ping();
			if (wanted) setLatency(ms === null ? null : Math.round(ms));
		};
		void ask();
		const timer = setInterval(ask, everyMs);
		return () => {
			wanted = false;
			clearInterval(timer);
		};
	}, [room, room.connection.value.state]);
	return latency;
}

function stateOf(connection: Connection): string {
	switch (connection.state) {
		case 'live':
			return t('details.live');
		case 'polling':
			return t('details.asking', { n: connection.everySeconds });
		case 'connecting':
			return t('banner.connecting');
		default:
			return t('banner.reconnecting');
	}
}

/** Modules of white around the code: https://www.iso.org/standard/83389.html wants four. */
const margin = 4;

/** A text as a QR code. Empty until the encoder is loaded, or if the text is too long. */
function QrCode({ text }: { text: string }) {
	const [code, setCode] = useState<{ path: string; size: number } | null>(null);
	useEffect(() => {
		import('qr')
			.then(({ encodeQR }) => setCode(drawn(encodeQR(text, 'raw', { border: margin }))))
			.catch(() => {});
	}, [text]);
	if (!code) return <div class="qr" />;
	return (
		<svg
			class="qr"
			viewBox={`0 0 ${code.size} ${code.size}`}
			role="img"
			aria-label={t('details.qr')}
		>
			<path d={code.path} />
		</svg>
	);
}

/** The path of the dark modules: each run in a row is one bar. */
function drawn(rows: readonly (readonly boolean[])[]): { path: string; size: number } {
	const bars = rows.flatMap((row, y) =>
		[
			...row
				.map((dark) => (dark ? '1' : '0'))
				.join('')
				.matchAll(/1+/g),
		].map(({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
	);
	return { path: bars.join(''), size: rows.length };
}
