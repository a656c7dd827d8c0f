/** All that only a room needs, to be fetched as one. */
export { openRoom } from '../client/room';
export { RoomView } from './room';
