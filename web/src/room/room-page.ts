/** The code that only a room needs, to be fetched as one file. */
export { openRoom } from '../client/room';
export { RoomView } from './room';
