import { load, removeAll, save } from '../ui/storage';

const prefix = 'pc.draft.';

/** What was typed in a room and not sent, kept over a reload. */
export function loadDraft(room: string): string {
	return load(key(room)) ?? '';
}

/** Keeps a draft; '' forgets it. */
export function saveDraft(room: string, text: string): void {
	save(key(room), text);
}

/** Forgets all of them: they are nobody's business but their writer's. */
export function forgetDrafts(): void {
	removeAll(prefix);
}

function key(room: string): string {
	return prefix + room.toLowerCase();
}
