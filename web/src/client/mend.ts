import { ChatError } from './client';
import type { Feed } from './feed';
import type { Way } from './way';
import { changing, type Message } from './wire';

/**
 * The row does not say which message it is about. A server of revision 1 passes such rows on
 * without the fields that it does not know.
 */
function isBare({ kind, target }: Message): boolean {
	return target === undefined && changing.has(kind);
}

/**
 * Asks again for rows that came bare. They have their place in the log, so nobody waits for them.
 */
export class Mend {
	#asking = false;

	constructor(
		private readonly feed: Feed,
		private readonly way: Way,
		private readonly arrived: (rows: readonly Message[]) => void,
	) {}

	async go(): Promise<void> {
		const { log } = this.feed;
		const { epoch } = log;
		const first = log.rows.find(isBare);
		const asked = !this.#asking && first && this.way.after(first.seq - 1);
		if (!asked) return;
		this.#asking = true;
		try {
			const page = await asked;
			if (page.epoch !== epoch || log.epoch !== epoch) return;
			this.arrived(page.messages);
			if (!this.#took(page.messages)) return;
		} catch (e) {
			if (!(e instanceof ChatError)) throw e;
			return; // the next pong tries again
		} finally {
			this.#asking = false;
		}
		return this.go();
	}

	/** False if all of them still are bare. */
	#took(page: readonly Message[]): boolean {
		const whole = new Map(page.map((m) => [m.seq, m]));
		const { rows } = this.feed.log;
		const mended = rows.map((m) => (isBare(m) && whole.get(m.seq)) || m);
		const left = (list: readonly Message[]) => list.filter(isBare).length;
		if (left(mended) === left(rows)) return false;
		this.feed.exchange(mended);
		return true;
	}
}
