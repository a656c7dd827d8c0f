import { load, save } from './storage';

/** What was typed in a room and not sent, kept over a reload. */
export function loadDraft(room: string): string {
	return load(key(room)) ?? '';
}

/** Keeps a draft; '' forgets it. */
export function saveDraft(room: string, text: string): void {
	save(key(room), text);
}

function key(room: string): string {
	return `pc.draft.${room.toLowerCase()}`;
}
