import { useState } from 'preact/hooks';
import { t } from '../text/i18n';
import { Rich } from '../text/rich';
import logo from '../ui/logo.svg';
import type { Refusal, Screen, Visit } from '../visit/visit';

type BecomeScreen = Extract<Screen, { kind: 'become' }>;

/** The question when the address names another person than the one this browser belongs to. */
export function Become({ screen, visit }: { screen: BecomeScreen; visit: Visit }) {
	const { room, me, other } = screen;
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const names = { me: me.name, other };
	async function go(user: string) {
		setRefusal(await visit.start(room, user, 'replace'));
	}
	return (
		<main class="home">
			<div class="card">
				<img class="card-logo" src={logo} alt="" width="72" height="61" />
				<h1>{t('become.heading')}</h1>
				<p class="lead">
					<Rich of="become.text" with={names} />
				</p>
				<div class="choices">
					<button type="button" class="start" onClick={() => go(me.name)}>
						<Rich of="become.stay" with={{ name: me.name }} />
					</button>
					<button type="button" class="chip wide" onClick={() => go(other)}>
						<span>
							<Rich of="become.change" with={{ name: other }} />
						</span>
					</button>
				</div>
				<p class="form-error" role="alert">
					{refusal && <Refused refusal={refusal} />}
				</p>
				<p class="note">{t('become.hint')}</p>
			</div>
		</main>
	);
}

function Refused({ refusal }: { refusal: Refusal }) {
	if (refusal.kind === 'taken') return <Rich of="become.taken" with={{ name: refusal.name }} />;
	return <>{t(refusal.error, { n: refusal.kind === 'form' ? (refusal.n ?? 0) : 0 })}</>;
}
