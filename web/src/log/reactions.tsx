import type { Entry, Room } from '../client/client';
import { language, t } from '../text/i18n';

/** The reactions below a message: counts, names, and buttons to add or remove one's own. */
export function Reactions({ entry, room }: { entry: Entry; room: Room }) {
	const { reactions = [], seq } = entry;
	const can = room.canChange.value && seq !== undefined;
	return (
		<ul class="reactions">
			{reactions.map(({ sign, people }) => {
				const mine = people.some(({ uid }) => uid === room.me.uid);
				const label = t('message.reactions', {
					sign,
					n: people.length,
					names: list(
						people.map(({ uid, name }) => (uid === room.me.uid ? t('message.you') : name)),
					),
				});
				return (
					<li key={sign}>
						<button
							type="button"
							class="reaction"
							aria-label={label}
							title={label}
							aria-pressed={mine}
							aria-disabled={!can}
							onClick={() => can && room.change('react', seq, mine ? '' : sign)}
						>
							<span>
								{sign} <b>{people.length}</b>
							</span>
						</button>
					</li>
				);
			})}
		</ul>
	);
}

function list(names: readonly string[]): string {
	return new Intl.ListFormat(language.value).format(names);
}
