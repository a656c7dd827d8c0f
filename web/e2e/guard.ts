import type { BrowserContext } from '@playwright/test';

/**
 * Watches a browser context and records everything that no test may cause: errors on
 * the console or in scripts, breaches of the Content-Security-Policy, dialogs, and
 * requests to any other host.
 */
export class Guard {
	private readonly found: string[] = [];
	private readonly allowed: RegExp[] = [];

	/** The browser may send requests to these origins only. */
	constructor(private readonly origins: Set<string>) {}

	/** Allows one more origin. */
	trust(origin: string): void {
		this.origins.add(origin);
	}

	/** From now on, ignores console lines that match: the test provokes them. */
	allow(...lines: RegExp[]): void {
		this.allowed.push(...lines);
	}

	/** The forbidden things that were found. */
	get problems(): string[] {
		return this.found.filter((line) => !this.allowed.some((pattern) => pattern.test(line)));
	}

	async watch(context: BrowserContext): Promise<void> {
		context.on('console', (message) => {
			if (message.type() === 'error') this.found.push(`console: ${message.text()}`);
		});
		context.on('weberror', (error) => this.found.push(`script: ${error.error()}`));
		context.on('dialog', async (dialog) => {
			this.found.push(`dialog: ${dialog.message()}`);
			await dialog.dismiss();
		});
		context.on('request', (request) => this.asked(request.url()));
		context.on('page', (page) => page.on('websocket', (socket) => this.asked(socket.url())));
		await context.addInitScript(() => {
			addEventListener('securitypolicyviolation', (event) =>
				console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
			);
		});
	}

	private asked(url: string): void {
		const { origin, protocol } = new URL(url.replace(/^ws/, 'http'));
		if (protocol === 'data:' || this.origins.has(origin)) return;
		this.found.push(`request: ${url}`);
	}
}
