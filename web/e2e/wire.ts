import type { Page, WebSocketRoute } from '@playwright/test';

/** A frame on the wire. */
export type Frame = Record<string, unknown> & { type?: string; action?: string; id?: unknown };

/**
 * The wire between a page and the real server, under the test's control: it records the
 * page's frames, and the test can withhold or answer frames, or cut the wire.
 */
export class Wire {
	/** Every frame that the page sent, in order, on all sockets. */
	readonly sent: Frame[] = [];
	/** Every frame that reached the page, in order. */
	readonly got: Frame[] = [];
	/** How many sockets the page has opened. */
	sockets = 0;
	/** Decides whether a frame of the page reaches the server. */
	arrives: (frame: Frame) => boolean = () => true;
	/** Decides whether a frame of the server reaches the page. */
	passes: (frame: Frame) => boolean = () => true;
	/** Replaces a frame of the server before it reaches the page. */
	instead: (frame: Frame) => Frame = (frame) => frame;
	/** The test's own answer to a request, in place of the server's. */
	answer: (request: Frame) => Frame | null = () => null;

	private held: Frame[] = [];
	private current: { page: WebSocketRoute; server: WebSocketRoute } | null = null;

	/** Takes over the wire of a page. Call it before the page opens a socket. */
	static async tap(page: Page): Promise<Wire> {
		const wire = new Wire();
		await page.routeWebSocket(/\/ws\?v=1$/, (socket) => wire.opened(socket));
		return wire;
	}

	/** The page's requests with an action. */
	requests(action: string): Frame[] {
		return this.sent.filter((frame) => frame.action === action);
	}

	/** Gives the page a frame as if the server had sent it. */
	push(frame: Frame): void {
		this.got.push(frame);
		this.current?.page.send(JSON.stringify(frame));
	}

	/** Lets everything through again, the withheld frames first. */
	release(): void {
		this.passes = () => true;
		for (const frame of this.held.splice(0)) this.push(frame);
	}

	/** Cuts the socket that is open. */
	async cut(): Promise<void> {
		const cut = this.current;
		this.current = null;
		await cut?.page.close({ code: 1001 });
		await cut?.server.close();
	}

	private opened(page: WebSocketRoute): void {
		const server = page.connectToServer();
		this.sockets++;
		this.current = { page, server };
		page.onMessage((data) => this.fromPage(String(data), server));
		server.onMessage((data) => this.fromServer(JSON.parse(String(data))));
	}

	private fromPage(data: string, server: WebSocketRoute): void {
		const frame: Frame = JSON.parse(data);
		this.sent.push(frame);
		const answer = this.answer(frame);
		if (answer) this.push({ ...answer, id: frame.id });
		else if (this.arrives(frame)) server.send(data);
	}

	private fromServer(said: Frame): void {
		const frame = this.instead(said);
		if (this.passes(frame)) this.push(frame);
		else this.held.push(frame);
	}
}
