import type { Feed } from './feed';
import type { Way } from './way';
import type { Message, Position } from './wire';

/**
 * Looks through the log from `since` on, until it comes to rows that are known and these are
 * level with the server's. Each list of rows is given to `arrived`. Resolves with the position
 * up to which it has looked; rejects with a ChatError.
 */
export async function lookOn(
	since: Position,
	feed: Feed,
	way: Way,
	arrived: (rows: readonly Message[]) => void,
): Promise<Position> {
	const { epoch } = since;
	const { log } = feed;
	let { seq } = since;
	while (seq < log.first - 1) {
		const page = await way.after(seq);
		if (!page || page.epoch !== epoch) return { epoch, seq };
		arrived(page.messages);
		const from = seq;
		for (const m of page.messages) if (m.seq === seq + 1) seq++;
		if (seq === from) return { epoch, seq };
	}
	await feed.catchUp();
	return { epoch, seq: epoch === log.epoch ? log.last : seq };
}
