import type { ComponentChildren, Ref } from 'preact';
import { Icon } from './icons';

interface Props {
	id: string;
	label: string;
	hint: string;
	/** The problem of the value, or null. */
	error: ComponentChildren | null;
	value: string;
	autocomplete: string;
	inputRef: Ref<HTMLInputElement>;
	onInput: (value: string) => void;
}

/** A labelled text field with one note below it: a hint, or the problem. */
export function Field({ id, label, hint, error, value, autocomplete, inputRef, onInput }: Props) {
	return (
		<div class={error ? 'field bad' : 'field'}>
			<label for={id}>{label}</label>
			<input
				id={id}
				ref={inputRef}
				type="text"
				name={id}
				dir="auto"
				value={value}
				autocomplete={autocomplete}
				autocapitalize="off"
				spellcheck={false}
				enterkeyhint="go"
				aria-invalid={error ? 'true' : undefined}
				aria-describedby={`${id}-note`}
				onInput={(event) => onInput(event.currentTarget.value)}
			/>
			<p class="note" id={`${id}-note`}>
				{error ? (
					<>
						<Icon name="alert" />
						<span>{error}</span>
					</>
				) : (
					hint
				)}
			</p>
		</div>
	);
}
