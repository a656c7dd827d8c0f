/** The protocol client with the browser's environment: what the page needs of it at once. */
import { httpApi } from './api';
import { browserEnv } from './browser';
import type { Api } from './client';

export * from './client';

/** What `openRoom` of room.ts works with in a browser. */
export const env = browserEnv();

/** The HTTP side at the page's own origin. */
export const api: Api = httpApi(env);
