/** Whether Enter comes from a keyboard on the screen, which has no Shift+Enter. */
export function touchKeyboard(): boolean {
	const media = globalThis.matchMedia;
	return Boolean(media?.('(pointer: coarse)').matches && !media('(any-pointer: fine)').matches);
}

/** Whether a key sends or saves: Enter, where it does not mean a new line. */
export function isEnter(event: KeyboardEvent): boolean {
	// 229: an input method has the key, also where isComposing is already false (Safari).
	if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
	return !event.shiftKey && !event.altKey && !touchKeyboard();
}
