import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../text/i18n';
import { clearSearch, query, search } from './search';

/** The bar's search: rooms on the home page, the messages in a room. */
export function SearchForm({ inRoom, onUse }: { inRoom: boolean; onUse: () => void }) {
	const field = useRef<HTMLInputElement>(null);
	const placeholder = t(inRoom ? 'search.room' : 'search.rooms');

	useSignalEffect(() => {
		if (query.value === '' && field.current) field.current.value = '';
	});

	function run(step: 1 | -1) {
		search(field.current?.value ?? '', step);
	}

	function onKeyDown(event: KeyboardEvent) {
		if (event.key === 'Escape' && (query.value || field.current?.value)) {
			event.preventDefault();
			event.stopPropagation();
			if (field.current) field.current.value = '';
			clearSearch();
		}
		if (event.key === 'Enter' && event.shiftKey) {
			event.preventDefault();
			run(-1);
			onUse();
		}
	}

	return (
		<search class="search">
			<form
				onSubmit={(event) => {
					event.preventDefault();
					run(1);
					onUse();
				}}
			>
				<input
					type="search"
					ref={field}
					aria-label={t('search.submit')}
					placeholder={placeholder}
					autocomplete="off"
					enterkeyhint="search"
					onKeyDown={onKeyDown}
					// The field's own cross empties it without a key press.
					onInput={(event) => event.currentTarget.value === '' && clearSearch()}
				/>
				<button type="submit">{t('search.submit')}</button>
			</form>
		</search>
	);
}
