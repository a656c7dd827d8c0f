import { useRef, useState } from 'preact/hooks';

export type Outcome = 'none' | 'copied' | 'failed';

/** Copies a text, and tells the outcome for a while. */
export function useCopy(text: string): [Outcome, () => Promise<void>] {
	const [outcome, setOutcome] = useState<Outcome>('none');
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	async function copy() {
		clearTimeout(timer.current);
		try {
			await navigator.clipboard.writeText(text);
			setOutcome('copied');
		} catch {
			setOutcome('failed');
		}
		timer.current = setTimeout(() => setOutcome('none'), 4000);
	}
	return [outcome, copy];
}
