import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { roomProblem, userProblem } from '../people/names';
import type { Key } from '../text/catalogue';
import { t } from '../text/i18n';
import { Rich } from '../text/rich';
import { Field } from '../ui/field';
import logo from '../ui/logo.svg';
import type { Refusal, Screen, Services, Visit } from '../visit/visit';
import { OpenRooms } from './open-rooms';
import { suggestions } from './suggestions';

type HomeScreen = Extract<Screen, { kind: 'home' }>;

interface Props {
	screen: HomeScreen;
	visit: Visit;
	services: Services;
}

/** The card that asks for a room and a name, and the rooms that are open. */
export function Home({ screen, visit, services }: Props) {
	const [room, setRoom] = useState(screen.room);
	const userField = useRef<HTMLInputElement>(null);

	/** Takes the room of a chip: enters it, or asks for a name if the person has none. */
	function pick(title: string) {
		if (visit.session.value?.name) return visit.enter(title);
		setRoom(title);
		userField.current?.focus();
	}

	return (
		<main class="home">
			<div class="card">
				<img class="card-logo" src={logo} alt="" width="72" height="61" />
				<h1>
					{t('home.heading1')}
					<br />
					{t('home.heading2')}
				</h1>
				<p class="lead">
					<Lead screen={screen} />
				</p>
				<StartForm {...{ screen, visit, room, setRoom, userField }} />
			</div>
			<OpenRooms api={services.api} onPick={pick} />
		</main>
	);
}

function Lead({ screen }: { screen: HomeScreen }) {
	if (screen.signedOut) return <strong role="alert">{t('home.signedOut')}</strong>;
	if (screen.room && !roomProblem(screen.room) && !screen.judged) {
		return <Rich of="home.needName" with={{ room: screen.room }} />;
	}
	return <>{t('home.lead')}</>;
}

interface FormProps {
	screen: HomeScreen;
	visit: Visit;
	room: string;
	setRoom: (room: string) => void;
	userField: RefObject<HTMLInputElement | null>;
}

/** The form's state: the typed names, their problems, and the server's refusal. */
function useStart({ screen, visit, room, userField }: FormProps) {
	const [user, setUser] = useState(screen.user);
	const [judged, setJudged] = useState(screen.judged);
	const [refusal, setRefusal] = useState<Refusal | null>(screen.refusal);
	const [busy, setBusy] = useState(false);
	const roomField = useRef<HTMLInputElement>(null);

	useEffect(() => {
		if (screen.judged && roomProblem(screen.room)) roomField.current?.focus();
		else if (screen.judged || screen.refusal || screen.signedOut || screen.room) {
			userField.current?.focus();
		}
	}, [screen]);

	async function submit(event: Event) {
		event.preventDefault();
		if (busy) return;
		setJudged(true);
		if (roomProblem(room)) return roomField.current?.focus();
		if (userProblem(user)) return userField.current?.focus();
		setBusy(true);
		const refused = await visit.start(room.trim(), user.trim());
		setBusy(false);
		setRefusal(refused);
		if (refused && refused.kind !== 'form') userField.current?.focus();
	}

	function rename(name: string) {
		setUser(name);
		setRefusal(null);
	}

	const roomError = judged ? roomProblem(room) : null;
	const userError = judged ? userProblem(user) : null;
	return { user, refusal, busy, roomField, roomError, userError, submit, rename };
}

function StartForm(props: FormProps) {
	const { room, setRoom, userField } = props;
	const { user, refusal, busy, roomField, roomError, userError, submit, rename } = useStart(props);
	return (
		<form noValidate aria-busy={busy} onSubmit={submit}>
			<Field
				id="room"
				label={t('home.room')}
				hint={t('home.roomHint')}
				error={roomError && t(roomError)}
				value={room}
				autocomplete="off"
				inputRef={roomField}
				onInput={setRoom}
			/>
			<Field
				id="username"
				label={t('home.user')}
				hint={t('home.userHint')}
				error={userError ? t(userError) : nameRefused(refusal)}
				value={user}
				autocomplete="nickname"
				inputRef={userField}
				onInput={rename}
			/>
			{refusal?.kind === 'taken' && (
				<Suggestions
					taken={refusal.name}
					onPick={(name) => {
						rename(name);
						userField.current?.focus();
					}}
				/>
			)}
			<p class="form-error" role="alert">
				{refusal?.kind === 'form' && t(refusal.error, { n: refusal.n ?? 0 })}
			</p>
			<button class="start" type="submit" aria-disabled={busy || undefined}>
				{t('home.start')}
			</button>
		</form>
	);
}

function nameRefused(refusal: Refusal | null) {
	if (refusal?.kind === 'taken') return <Rich of="error.userTaken" with={{ name: refusal.name }} />;
	return refusal?.kind === 'name' ? t(refusal.error satisfies Key) : null;
}

const initials = 'ABCDEFGHKLMNPRSTVWY';

function Suggestions({ taken, onPick }: { taken: string; onPick: (name: string) => void }) {
	const [letter] = useState(() => initials.charAt(Math.floor(Math.random() * initials.length)));
	return (
		<div class="chips">
			{suggestions(taken, t('home.suggestTour', { name: taken }), letter).map((name) => (
				<button type="button" class="chip" key={name} onClick={() => onPick(name)}>
					<bdi>{name}</bdi>
				</button>
			))}
		</div>
	);
}
