/** The protocol client with the browser's environment: all that the page uses of it. */
import { httpApi } from './api';
import { browserEnv } from './browser';
import type { Api, OpenRoom } from './client';
import { openRoom as open } from './room';

export * from './client';

const env = browserEnv();

/** The HTTP side at the page's own origin. */
export const api: Api = httpApi(env);

export const openRoom: OpenRoom = (name, me) => open(name, me, env);
