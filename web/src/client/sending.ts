/** The code that sending needs beyond a room's own; it is fetched as one. */
export { Outbox } from './outbox';
export { indexedStore } from './storage';
