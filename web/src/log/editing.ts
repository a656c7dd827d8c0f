import { signal } from '@preact/signals';

/** The key of the message that is being edited, or null. */
export const editing = signal<string | null>(null);
