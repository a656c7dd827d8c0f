import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';

/** Letters and digits that are not confusable with each other, as claimed names are compared. */
const safe = 'abcdefghkpqstwxz';

/** A name that no other test uses. */
export function unique(name: string): string {
	const bytes = crypto.getRandomValues(new Uint8Array(6));
	return `${name} ${Array.from(bytes, (byte) => safe[byte % safe.length]).join('')}`;
}

/** The ancestor's address of a room. */
export function address(room: string, user: string): string {
	return `/${encodeURIComponent(room)}/?username=${encodeURIComponent(user)}`;
}

/** Somebody with a browser, and what they see and do. */
export class Visitor {
	readonly log: Locator;
	/** The bubbles, in the order in which they stand. */
	readonly messages: Locator;
	/** Their texts. */
	readonly texts: Locator;
	readonly composer: Locator;
	readonly send: Locator;
	readonly heading: Locator;
	readonly banner: Locator;

	constructor(
		readonly name: string,
		readonly context: BrowserContext,
		readonly page: Page,
	) {
		this.log = page.getByRole('log');
		this.messages = this.log.locator('ol > li[data-key]');
		this.texts = this.messages.locator('.text');
		this.composer = page.getByRole('textbox', { name: /^Message / });
		this.send = page.getByRole('button', { name: 'Send', exact: true });
		this.heading = page.getByRole('heading', { level: 1 });
		this.banner = page.getByRole('status').filter({ hasText: /Reconnecting|Connected|live conn/ });
	}

	/** Enters a room by its address, and waits until it is live. */
	async enter(room: string): Promise<this> {
		await this.page.goto(address(room, this.name));
		await this.isLive();
		return this;
	}

	/** Waits until the room is joined: only then does it know who is there. */
	async isLive(): Promise<void> {
		await expect(this.people('\\d+')).toBeVisible();
	}

	/** The button that says how many people are here, while that is known to be so. */
	people(count: number | string): Locator {
		return this.page.getByRole('button', {
			name: new RegExp(`(^|\\D)${count} (person|people) here$`),
		});
	}

	/** Writes and sends a message, by the button, which all have. */
	async say(text: string): Promise<void> {
		await this.composer.fill(text);
		await this.send.click();
		await expect(this.composer).toHaveValue('');
	}

	/** The message that has this text. */
	message(text: string): Locator {
		return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
	}

	/** Waits until exactly these texts are shown, confirmed and in this order. */
	async shows(...texts: string[]): Promise<void> {
		await expect(this.texts).toHaveText(texts);
		await expect(this.messages.and(this.page.locator('[data-state=confirmed]'))).toHaveCount(
			texts.length,
		);
	}

	/** Opens the bar's menu where it is folded. */
	async unfold(): Promise<void> {
		const toggler = this.page.getByRole('button', { name: 'Menu', exact: true });
		const folded = toggler.and(this.page.locator('[aria-expanded=false]'));
		if (await folded.isVisible()) await folded.click();
	}

	/** How far the log is scrolled. */
	scrollTop(): Promise<number> {
		return this.log.evaluate((log) => log.scrollTop);
	}

	/** Opens a dialog by its keys, which work only once its code has come. */
	async openDialog(keys: string): Promise<void> {
		const dialog = this.page.getByRole('dialog');
		await expect(async () => {
			await this.page.keyboard.press(keys);
			await expect(dialog).toBeVisible({ timeout: 1000 });
		}).toPass();
	}
}
