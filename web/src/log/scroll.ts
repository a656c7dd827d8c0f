/**
 * Keeping a reader's place. What is at the bottom stays there; whoever has
 * scrolled up keeps the same message at the same height, whatever is put in
 * above or below. Measured rather than left to the browser: Safari does not anchor.
 */

/** Where a reader is. */
export interface Reading {
	readonly atBottom: boolean;
	/** The first message in view, and how far below the log's upper edge it begins. */
	readonly anchor: Element | null;
	readonly offset: number;
}

/** Fractions of a pixel, and a nudge of the wheel, are still the bottom. */
const slack = 24;
/** Between the log's edge and what it is scrolled to: the slot is over it. */
const margin = 72;

/** Where the reader of a log is now. `isEnd`: the last message is drawn. */
export function measure(log: Element, isEnd = true): Reading {
	const anchor = firstInView(log);
	return { atBottom: isEnd && isAtBottom(log), anchor, offset: anchor ? offset(log, anchor) : 0 };
}

/** Puts a reader back to where they were before the log changed. */
export function restore(log: Element, before: Reading): void {
	if (before.atBottom) toBottom(log);
	else if (before.anchor?.isConnected) {
		log.scrollTop += offset(log, before.anchor) - before.offset;
	}
}

export function toBottom(log: Element): void {
	log.scrollTop = log.scrollHeight;
}

/** Up to where the new messages begin, if there are more of them than go on the screen. */
export function toDivider(log: Element): void {
	const divider = log.querySelector('.new');
	const above = divider ? offset(log, divider) - margin : 0;
	if (above < 0) log.scrollTop += above;
}

export function isAtBottom(log: Element): boolean {
	return log.scrollHeight - log.clientHeight - log.scrollTop <= slack;
}

function offset(log: Element, line: Element): number {
	return line.getBoundingClientRect().top - log.getBoundingClientRect().top;
}

function firstInView(log: Element): Element | null {
	const messages = log.querySelectorAll('li[data-key]');
	let low = 0;
	let high = messages.length;
	const top = log.getBoundingClientRect().top;
	while (low < high) {
		const middle = (low + high) >> 1;
		const line = messages[middle];
		if (line && line.getBoundingClientRect().bottom > top) high = middle;
		else low = middle + 1;
	}
	return messages[low] ?? null;
}
