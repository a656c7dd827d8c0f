/**
 * Keeps a reader's place. A reader at the bottom stays there. A reader who has scrolled up
 * keeps the same message at the same height, whatever is added above or below. This measures
 * and does not rely on the browser, because Safari has no scroll anchoring.
 */

/** A reader's place. */
export interface Reading {
	readonly atBottom: boolean;
	/** The first message in view, and the distance of its top from the log's upper edge. */
	readonly anchor: Element | null;
	readonly offset: number;
}

/** A distance of this many px still counts as the bottom: fractions of a pixel, a nudge of the wheel. */
const slack = 24;
/** The space above a line that the log scrolls to, in px: the slot covers it. */
const margin = 72;

/** Measures where the reader is now. `isEnd`: the last message is drawn. */
export function measure(log: Element, isEnd = true): Reading {
	const anchor = firstInView(log);
	return { atBottom: isEnd && isAtBottom(log), anchor, offset: anchor ? offset(log, anchor) : 0 };
}

/** Returns a reader to the place from before the log changed. */
export function restore(log: Element, before: Reading): void {
	if (before.atBottom) toBottom(log);
	else if (before.anchor?.isConnected) {
		log.scrollTop += offset(log, before.anchor) - before.offset;
	}
}

export function toBottom(log: Element): void {
	log.scrollTop = log.scrollHeight;
}

/** Scrolls up to the divider if the new messages do not fit on the screen. */
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
