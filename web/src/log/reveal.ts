import type { Reading } from './reading';

/** The line of a message. If the line is too far away to be drawn, the log moves there first. */
export async function reveal(key: string, reading: Reading): Promise<Element | null> {
	const find = () => document.querySelector(`li[data-key="${CSS.escape(key)}"]`);
	if (find()) return find();
	reading.start.value = key;
	await new Promise(requestAnimationFrame);
	return find();
}
