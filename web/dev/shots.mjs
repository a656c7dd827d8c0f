// Pictures of states of the gallery, all of them if none is named: node dev/shots.mjs <folder> [state …]
import { mkdirSync } from 'node:fs';
import { states, take } from './scenes.mjs';

const [folder = 'test-results/shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
await take(folder, only.length > 0 ? only : states);
