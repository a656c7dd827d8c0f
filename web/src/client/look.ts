import type { FeedHooks } from './feed';
import type { Log } from './log';
import type { Message, Position } from './wire';

/** How many rows are asked for at once, which is as many as there may be. */
export const pageSize = 100;

export interface LookHooks extends Pick<FeedHooks, 'history'> {
	/** Asks for what comes after the log's end, until there is no more. */
	catchUp(): Promise<void>;
}

/**
 * Looks at the log after `since`, wherever that is, until what is known goes on from there
 * and is level; each list is told to `seen`. Resolves with how far that is; rejects with a
 * ChatError.
 */
export async function lookOn(
	since: Position,
	log: Log,
	hooks: LookHooks,
	seen: (messages: readonly Message[]) => void,
): Promise<Position> {
	const { epoch } = since;
	let { seq } = since;
	while (seq < log.first - 1) {
		const page = await hooks.history()?.({ after: seq, limit: pageSize });
		if (!page || page.epoch !== epoch) return { epoch, seq };
		seen(page.messages);
		const from = seq;
		for (const m of page.messages) if (m.seq === seq + 1) seq++;
		if (seq === from) return { epoch, seq };
	}
	await hooks.catchUp();
	return { epoch, seq: epoch === log.epoch ? log.last : seq };
}
