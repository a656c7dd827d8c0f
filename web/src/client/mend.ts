import { ChatError } from './client';
import type { FeedHooks } from './feed';
import { changing } from './fold';
import type { Log } from './log';
import { pageSize } from './look';
import type { Message } from './wire';

export interface MendHooks extends Pick<FeedHooks, 'history'> {
	/** Rows of the log are others now. */
	changed(): void;
}

/**
 * It does not say which message it is about: a server from before there were changes passes
 * such rows on, without what it does not know.
 */
function isBare({ kind, target }: Message): boolean {
	return target === undefined && changing.has(kind);
}

/** Asks again for rows that came bare. They have their place, and nobody waits for them. */
export class Mend {
	#asking = false;

	constructor(
		private readonly log: Log,
		private readonly hooks: MendHooks,
		private readonly seen: (rows: readonly Message[]) => void,
	) {}

	async go(): Promise<void> {
		const { epoch, rows } = this.log;
		const first = rows.find(isBare);
		const ask = this.hooks.history();
		if (this.#asking || !first || !ask) return;
		this.#asking = true;
		try {
			const page = await ask({ after: first.seq - 1, limit: pageSize });
			if (page.epoch !== epoch || this.log.epoch !== epoch) return;
			this.seen(page.messages);
			if (!this.#took(page.messages)) return;
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			return; // the next pong is as good
		} finally {
			this.#asking = false;
		}
		return this.go();
	}

	/** False if all still are bare. */
	#took(page: readonly Message[]): boolean {
		const whole = new Map(page.map((m) => [m.seq, m]));
		const { rows } = this.log;
		this.log.rows = rows.map((m) => (isBare(m) && whole.get(m.seq)) || m);
		const left = (list: readonly Message[]) => list.filter(isBare).length;
		if (left(this.log.rows) === left(rows)) return false;
		this.hooks.changed();
		return true;
	}
}
