import type { HttpApi } from './api';
import { TimedOut } from './channel';
import { ChatError } from './client';
import type { Poller } from './poll';
import type { Socket } from './socket';
import type { HistoryPage, HistoryQuery, Pong, SendBody, Sent } from './wire';

/** How many rows a page may have that follows a known row; the server gives no more. */
export const pageSize = 100;
/** How long a pong may take, in ms. */
export const pongLimit = 5000;

/**
 * The way from a room to the server: the joined channel, or HTTP while the client polls.
 * Questions and messages return undefined while there is no way.
 */
export class Way {
	/** The room as replies and pushes name it; '' before the first join. */
	room = '';
	/** A join is under way on the channel in use: no message goes out before its answer. */
	joining = false;

	constructor(
		private readonly name: string,
		private readonly api: HttpApi,
		readonly socket: Socket,
		readonly poller: Poller,
	) {}

	get canAsk(): boolean {
		return this.poller.on || this.socket.current !== null;
	}

	get canSend(): boolean {
		return this.poller.on ? this.poller.ready : this.socket.current !== null && !this.joining;
	}

	/** Asks for a page of the room's history. */
	history(query: Omit<HistoryQuery, 'room'>): Promise<HistoryPage> | undefined {
		if (this.poller.on) return this.api.messages({ room: this.name, ...query });
		return this.socket.current?.request({ action: 'history', room: this.room, ...query });
	}

	/** Asks for the page after a row. */
	after(seq: number): Promise<HistoryPage> | undefined {
		return this.history({ after: seq, limit: pageSize });
	}

	/** Sends a message or a change of one. */
	send(body: Omit<SendBody, 'room'>): Promise<Sent> | undefined {
		if (!this.canSend) return undefined;
		if (this.poller.on) return this.api.post({ room: this.name, ...body });
		return this.socket.current?.request({ action: 'send', room: this.room, ...body });
	}

	/** Asks how far the room's log is. Resolves with null if no pong came; then a dead socket is dropped. */
	async ping(): Promise<Pong | null> {
		const channel = this.socket.current;
		if (!channel) return null;
		try {
			return await channel.request({ action: 'ping', rooms: [this.room] }, pongLimit);
		} catch (e) {
			// Any other answer, even a refusal, shows that the socket lives.
			if (e instanceof TimedOut) this.socket.drop(channel);
			// The server has forgotten the connection.
			else if (e instanceof ChatError && e.code === 'unauthorized') this.socket.drop(channel, e);
			return null;
		}
	}
}
