import { load, removeAll, save } from '../ui/storage';

const prefix = 'pc.draft.';

/** The unsent text of a room. It survives a reload. */
export function loadDraft(room: string): string {
	return load(key(room)) ?? '';
}

/** Keeps a draft; '' forgets it. */
export function saveDraft(room: string, text: string): void {
	save(key(room), text);
}

/** Forgets all drafts: the next person must not see them. */
export function forgetDrafts(): void {
	removeAll(prefix);
}

function key(room: string): string {
	return prefix + room.toLowerCase();
}
