import { signal } from '@preact/signals';

/** What stands before the title while there is something unread: '(2) ', or ''. */
export const unreadMark = signal('');
