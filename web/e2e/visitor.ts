import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';

/** Letters and digits that never look alike: the server refuses names that look alike. */
const safe = 'abcdefghkpqstwxz';

/** A name that no other test uses. */
export function unique(name: string): string {
	const bytes = crypto.getRandomValues(new Uint8Array(6));
	return `${name} ${Array.from(bytes, (byte) => safe[byte % safe.length]).join('')}`;
}

/** The address of a room. */
export function address(room: string, user: string): string {
	return `/${encodeURIComponent(room)}/?username=${encodeURIComponent(user)}`;
}

/** A person with a browser: what they see and do. */
export class Visitor {
	readonly log: Locator;
	/** The bubbles in their order on the page. */
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

	/** Enters a room by its address and waits until it is live. */
	async enter(room: string): Promise<this> {
		await this.page.goto(address(room, this.name));
		await this.isLive();
		return this;
	}

	/** Waits until the room is joined. Only then does the page know the people in it. */
	async isLive(): Promise<void> {
		await expect(this.people('\\d+')).toBeVisible();
	}

	/** The button with the number of people here, while that number is current. */
	people(count: number | string): Locator {
		return this.page.getByRole('button', {
			name: new RegExp(`(^|\\D)${count} (person|people) here$`),
		});
	}

	/** Writes a message and sends it by the button, which every kind of screen has. */
	async say(text: string): Promise<void> {
		await this.composer.fill(text);
		await this.send.click();
		await expect(this.composer).toHaveValue('');
	}

	/** The message with a text. */
	message(text: string): Locator {
		return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
	}

	/** Waits until the log shows exactly these texts, confirmed and in this order. */
	async shows(...texts: string[]): Promise<void> {
		await expect(this.texts).toHaveText(texts);
		await expect(this.messages.and(this.page.locator('[data-state=confirmed]'))).toHaveCount(
			texts.length,
		);
	}

	/** Opens the bar's menu on screens where the bar is folded. */
	async unfold(): Promise<void> {
		const toggler = this.page.getByRole('button', { name: 'Menu', exact: true });
		const folded = toggler.and(this.page.locator('[aria-expanded=false]'));
		if (await folded.isVisible()) await folded.click();
	}

	/** The scroll position of the log. */
	scrollTop(): Promise<number> {
		return this.log.evaluate((log) => log.scrollTop);
	}

	/** Opens a dialog by its keys, which work only once its code is loaded. */
	async openDialog(keys: string): Promise<void> {
		const dialog = this.page.getByRole('dialog');
		await expect(async () => {
			await this.page.keyboard.press(keys);
			await expect(dialog).toBeVisible({ timeout: 1000 });
		}).toPass();
	}
}
