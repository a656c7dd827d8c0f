import type { AskHistory } from './feed';
import type { Log } from './log';
import type { Message, Position } from './wire';

export interface LookHooks {
	/** Null while there is nobody to ask. */
	history(): AskHistory | null;
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
		const page = await hooks.history()?.({ after: seq, limit: 100 });
		if (!page || page.epoch !== epoch) return { epoch, seq };
		seen(page.messages);
		const from = seq;
		for (const m of page.messages) if (m.seq === seq + 1) seq++;
		if (seq === from) return { epoch, seq };
	}
	await hooks.catchUp();
	return { epoch, seq: epoch === log.epoch ? log.last : seq };
}
