import type { Page, WebSocketRoute } from '@playwright/test';

/** A frame as it stands on the wire. */
export type Frame = Record<string, unknown> & { type?: string; action?: string; id?: unknown };

/**
 * The wire between a page and the real server, in the test's hands: it records
 * what the page sends, and frames can be withheld, answered by the test, or cut off.
 */
export class Wire {
	/** Every frame that the page sent, in order, on all sockets. */
	readonly sent: Frame[] = [];
	/** Every frame that reached the page, in order. */
	readonly got: Frame[] = [];
	/** How many sockets the page has opened. */
	sockets = 0;
	/** Whether a frame of the page reaches the server. */
	arrives: (frame: Frame) => boolean = () => true;
	/** Whether a frame of the server reaches the page. */
	passes: (frame: Frame) => boolean = () => true;
	/** What reaches the page in place of a frame of the server. */
	instead: (frame: Frame) => Frame = (frame) => frame;
	/** The test's own answer to a request, in place of the server's. */
	answer: (request: Frame) => Frame | null = () => null;

	private held: Frame[] = [];
	private current: { page: WebSocketRoute; server: WebSocketRoute } | null = null;

	/** Takes the wire of a page over; before the page opens a socket. */
	static async tap(page: Page): Promise<Wire> {
		const wire = new Wire();
		await page.routeWebSocket(/\/ws\?v=1$/, (socket) => wire.opened(socket));
		return wire;
	}

	/** Requests of an action that the page sent. */
	requests(action: string): Frame[] {
		return this.sent.filter((frame) => frame.action === action);
	}

	/** Gives the page a frame as if the server had sent it. */
	push(frame: Frame): void {
		this.got.push(frame);
		this.current?.page.send(JSON.stringify(frame));
	}

	/** Lets everything through again, first of all what was withheld. */
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
