import { batch, type Signal } from '@preact/signals-core';
import type { Channel } from './channel';
import type { Person } from './client';
import type { Heartbeat } from './heartbeat';
import type { Outbox, OutboxParts } from './outbox';
import type { Joined, Pong, Position, ServerFrame } from './wire';

/** The parts of a room that the server's frames concern. */
export interface Parts extends OutboxParts {
	readonly title: Signal<string>;
	readonly revision: Signal<number>;
	readonly phase: Signal<'loading' | 'ready' | 'failed'>;
	readonly typing: Signal<Person | null>;
	readonly heart: Heartbeat;
	/** The outbox, once its code is there. */
	readonly outbox: Outbox | null;
}

/** Takes the answer to a join, which named the position `since` or asked for the newest page. */
export function takeJoined(
	room: Parts,
	channel: Channel,
	answer: Joined,
	since: Position | undefined,
	fromNewest: boolean,
): void {
	batch(() => {
		room.way.room = answer.room;
		room.title.value = answer.title;
		room.revision.value = answer.v;
		channel.joined = true;
		room.presence.joined(answer.online, answer.onlineCount);
		room.heart.holds(answer.onlineFor);
		room.feed.joined(answer, since, fromNewest);
		// If `since` is of another epoch, its reset says nothing about entries written in this one.
		room.outbox?.joined(answer.epoch, answer.reset && since?.epoch === answer.epoch);
		room.phase.value = 'ready';
		const { held } = channel;
		channel.held = [];
		for (const frame of held) takeFrame(room, channel, frame);
	});
}

/** Takes a push, or a reply that nobody waits for any more. */
export function takeFrame(room: Parts, channel: Channel, frame: ServerFrame): void {
	if (!channel.joined) return void channel.held.push(frame);
	if ('room' in frame && frame.room !== room.way.room) return;
	if (frame.type === 'messages') room.heart.pushed();
	batch(() => {
		if (frame.type === 'messages') room.feed.push(frame);
		else if (frame.type === 'presence') room.presence.push(frame);
		else if (frame.type === 'typing') room.typing.value = frame;
		else if (frame.type === 'sent') room.outbox?.sent(frame);
		else if (frame.type === 'history') room.outbox?.arrived(frame.messages);
	});
}

export function takePong(room: Parts, { v, heads }: Pong): void {
	batch(() => {
		room.revision.value = v ?? 1;
		const name = room.way.room;
		const head = Object.hasOwn(heads, name) ? heads[name] : undefined;
		if (!head) return;
		if (!head.live) return room.rejoin(false);
		const { epoch, seq } = head;
		if (epoch !== undefined && seq !== undefined) room.feed.reaches({ epoch, seq });
		room.heart.holds(head.onlineFor);
		const doubt = room.presence.pong(head.onlineCount, head.onlineFor);
		if (doubt === 'sure') room.rejoin(false);
		else if (doubt) room.heart.askSoon();
		// A tab that was closed may have left entries after this one last looked.
		void room.outbox?.look();
	});
}
