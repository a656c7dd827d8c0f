import { type Channel, unknownOutcome } from './channel';
import { ChatError } from './client';
import { type Parts, takeJoined } from './incoming';

/**
 * Joins the room on a new channel, and again on the one in use. Over HTTP there is no join:
 * a page of history takes its place.
 */
export class Joining {
	/** The next join asks for the newest page, whatever is known. */
	#fromNewest = false;

	constructor(private readonly room: Parts) {}

	/** Rejects with a ChatError. */
	async join(channel: Channel): Promise<void> {
		const fromNewest = this.#fromNewest;
		const since = fromNewest ? undefined : this.room.feed.position;
		const answer = await channel.request({
			action: 'join',
			room: this.room.name,
			...(since && { since }),
		});
		if (answer.uid !== this.room.me.uid) {
			this.room.way.socket.signOut();
			throw unknownOutcome('Joined as somebody else.');
		}
		if (fromNewest) this.#fromNewest = false;
		takeJoined(this.room, channel, answer, since, fromNewest);
	}

	/**
	 * Joins again on the channel in use, asking for the newest page if `fromNewest`. Where there is
	 * no channel, the next join does it.
	 */
	async rejoin(fromNewest: boolean): Promise<void> {
		const { way } = this.room;
		const { socket, poller } = way;
		this.#fromNewest ||= fromNewest;
		if (poller.on) return poller.now();
		const channel = socket.current;
		if (!channel || way.joining) return;
		way.joining = true;
		try {
			await this.join(channel);
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			socket.drop(channel, e);
		} finally {
			way.joining = false;
		}
		if (this.#fromNewest) void this.rejoin(false);
		this.room.outbox?.kick();
	}

	/** A new channel is in use: asks for the rows that the join on it did not bring. */
	live(): void {
		if (this.#fromNewest) void this.rejoin(false);
		else if (this.room.feed.log.behind) void this.room.feed.catchUp();
	}

	/** Over HTTP: asks for the rows that a join would bring. Rejects with a ChatError. */
	async pull(): Promise<void> {
		const fromNewest = this.#fromNewest;
		try {
			await this.room.feed.pull(fromNewest);
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			if (e.code === 'reset' && !fromNewest) await this.room.feed.pull(true);
			// Nobody has written in the room yet.
			else if (e.code !== 'not_found') throw e;
		}
		if (fromNewest) this.#fromNewest = false;
	}
}
