import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Room } from '../client/client';
import { found } from '../log/found';
import { parse, plain } from '../log/markup';
import type { Reading } from '../log/reading';
import { reveal } from '../log/reveal';
import { today } from '../log/today';
import { t } from '../text/i18n';
import { dayName } from '../text/time';
import { IconButton } from '../ui/icons';
import { marking, pattern } from './marking';
import { clearSearch, hit, query } from './search';

interface Hits {
	readonly wanted: RegExp | null;
	/** Keys of the messages found, newest first. */
	readonly keys: readonly string[];
	/** The index of the current one; -1 if there is none. */
	readonly at: number;
}

/** The loaded messages that match the bar's search. */
function useHits(room: Room): Hits {
	return useComputed<Hits>(() => {
		const wanted = pattern(query.value);
		if (!wanted) return { wanted, keys: [], at: -1 };
		const keys = room.entries.value
			.filter(({ kind, text }) => kind === 'message' && plain(parse(text)).search(wanted) >= 0)
			.map(({ key }) => key)
			.reverse();
		const at = keys.length > 0 ? ((hit.value % keys.length) + keys.length) % keys.length : -1;
		return { wanted, keys, at };
	}).value;
}

/** The number of hits and the buttons to go through them, in the slot over the log. */
export function SearchResults({ room, reading }: { room: Room; reading: Reading }) {
	const { wanted, keys, at } = useHits(room);
	const current = keys[at];

	useLayoutEffect(() => {
		found.value = wanted && { current, marking: (nodes) => marking(nodes, wanted) };
	}, [wanted, current]);
	useEffect(() => {
		if (current !== found.value?.current) return;
		if (!current) return;
		void reveal(current, reading).then((line) => line?.scrollIntoView({ block: 'center' }));
	}, [current, found.value]);

	const back = useSearchBack(room, wanted, keys.length);
	const counts = { at: at + 1, n: keys.length, query: query.value };
	/** Goes to the next hit. Beyond the oldest loaded one, older history may have more. */
	const next = () => {
		if (at === keys.length - 1 && room.hasOlder.value) back.start();
		else hit.value++;
	};
	return (
		<div class={wanted ? 'notice results' : 'notice results hidden'}>
			<div class="grow">
				<p role="status">
					{wanted && (keys.length > 0 || !back.goesOn) && howMany(keys.length, counts)}
					{wanted && back.goesOn && ` ${t('search.searching')}`}
					{wanted && back.state.value === 'stuck' && ` ${t('search.stuck')}`}
				</p>
				{wanted && back.goesOn && <BackTo room={room} />}
			</div>
			{wanted && (
				<>
					{back.goesOn ? (
						<button type="button" class="quiet" onClick={back.stop}>
							{t('search.stop')}
						</button>
					) : (
						room.hasOlder.value && (
							<button type="button" class="quiet" onClick={back.start}>
								{t(back.state.value === 'stuck' ? 'common.tryAgain' : 'search.older')}
							</button>
						)
					)}
					<IconButton name="chevronUp" label={t('search.next')} onClick={next} />
					<IconButton name="chevronDown" label={t('search.previous')} onClick={() => hit.value--} />
					<IconButton name="close" label={t('search.clear')} onClick={clearSearch} />
				</>
			)}
		</div>
	);
}

function howMany(n: number, counts: { at: number; n: number; query: string }): string {
	return t(n > 0 ? 'search.found' : 'search.none', counts);
}

/** The day that the search has reached. Not read out, because it changes with every page. */
function BackTo({ room }: { room: Room }) {
	const first = room.entries.value.find(({ seq }) => seq !== undefined);
	if (!first) return null;
	const date = dayName(first.at, today.value);
	return (
		<p class="back-to" aria-hidden="true">
			{t('search.backTo', { date })}
		</p>
	);
}

/**
 * Loads older history page by page until there is one more hit, the room's beginning is reached,
 * a page fails, or the person stops it. It starts by itself if nothing is found.
 */
function useSearchBack(room: Room, wanted: RegExp | null, hits: number) {
	const state = useSignal<'idle' | 'going' | 'stuck'>('idle');
	/** The number of hits when it began. */
	const before = useSignal(0);
	const { value: entries } = room.entries;
	const loading = room.loadingOlder.value;
	const older = room.hasOlder.value;
	const asked = useRef<typeof entries | null>(null);

	function start() {
		before.value = hits;
		asked.current = null;
		state.value = 'going';
	}
	useEffect(() => {
		state.value = 'idle';
		if (wanted && hits === 0) start();
	}, [query.value]);
	useEffect(() => {
		if (state.value !== 'going' || loading) return;
		if (hits > before.peek()) {
			// The first new hit follows the hits that were there before.
			hit.value = before.peek();
			state.value = 'idle';
		} else if (!older) {
			state.value = 'idle';
		} else if (asked.current === entries) {
			state.value = 'stuck';
		} else {
			asked.current = entries;
			void room.loadOlder();
		}
	}, [state.value, entries, loading, older, hits]);
	return {
		state,
		goesOn: state.value === 'going' && older,
		start,
		stop: () => {
			state.value = 'idle';
		},
	};
}
