/** The part of the protocol client that the page needs at once, with the browser's environment. */
import { httpApi } from './api';
import { browserEnv } from './browser';
import type { Api } from './client';

export * from './client';

/** The environment for `openRoom` in a browser. */
export const env = browserEnv();

/** The HTTP side at the page's own origin. */
export const api: Api = httpApi(env);
