import { describe, expect, test } from 'vitest';
import { isAtBottom, measure, restore, toBottom } from './scroll';

/** A fake log: rows with heights, and the properties that scroll.ts reads. */
class FakeLog {
	scrollTop = 0;
	clientHeight = 100;
	rows: { height: number; row: Element }[] = [];

	constructor(...heights: number[]) {
		for (const height of heights) this.append(height);
	}

	append(height: number): void {
		this.rows.push(this.#row(height));
	}

	prepend(height: number): void {
		this.rows.unshift(this.#row(height));
	}

	get scrollHeight(): number {
		return this.rows.reduce((sum, { height }) => sum + height, 0);
	}

	getBoundingClientRect() {
		return { top: 50 };
	}

	querySelectorAll(): Element[] {
		return this.rows.map(({ row }) => row);
	}

	asElement(): Element {
		return this as unknown as Element;
	}

	#row(height: number) {
		const log = this;
		const row = {
			isConnected: true,
			getBoundingClientRect() {
				const at = log.rows.findIndex((other) => other.row === (row as unknown));
				const above = log.rows.slice(0, at).reduce((sum, other) => sum + other.height, 0);
				const top = 50 + above - log.scrollTop;
				return { top, bottom: top + height };
			},
		} as unknown as Element;
		return { height, row };
	}
}

/** Scrolls to a place, changes the log, and restores the reader's place. */
function change(log: FakeLog, scrollTop: number, what: () => void): void {
	log.scrollTop = scrollTop;
	const before = measure(log.asElement());
	what();
	restore(log.asElement(), before);
}

describe('a reader', () => {
	test.each([
		['at the bottom', 200],
		['a nudge above it', 180],
	])('%s stays at the bottom', (_, scrollTop) => {
		const log = new FakeLog(100, 100, 100);
		change(log, scrollTop, () => log.append(40));
		expect(isAtBottom(log.asElement())).toBe(true);
	});

	test('further up stays in place when a message comes in below', () => {
		const log = new FakeLog(100, 100, 100);
		change(log, 130, () => log.append(40));
		expect(log.scrollTop).toBe(130);
	});

	test.each([0, 30, 130])(
		'at %i keeps the message in view when older ones go in above',
		(scrollTop) => {
			const log = new FakeLog(100, 100, 100);
			change(log, scrollTop, () => {
				log.prepend(70);
				log.prepend(50);
			});
			expect(log.scrollTop).toBe(scrollTop + 120);
		},
	);

	test('of an empty log is at its bottom', () => {
		const log = new FakeLog();
		expect(measure(log.asElement())).toMatchObject({ atBottom: true, anchor: null });
		toBottom(log.asElement());
		expect(log.scrollTop).toBe(0);
	});
});
