/** What sending needs beyond a room itself, to be fetched as one. */
export { Outbox } from './outbox';
export { indexedStore } from './storage';
