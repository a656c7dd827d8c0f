/** Whether Enter comes from a keyboard on the screen, which has no Shift+Enter. */
export function touchKeyboard(): boolean {
	const media = globalThis.matchMedia;
	return Boolean(media?.('(pointer: coarse)').matches && !media('(any-pointer: fine)').matches);
}
