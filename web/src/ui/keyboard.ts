/** Whether people type here on an on-screen keyboard. It has no Shift+Enter. */
export function touchKeyboard(): boolean {
	const media = globalThis.matchMedia;
	return Boolean(media?.('(pointer: coarse)').matches && !media('(any-pointer: fine)').matches);
}

/** Whether a key sends or saves: Enter, unless it means a new line. */
export function isEnter(event: KeyboardEvent): boolean {
	// 229 means that an input method has the key. Safari sends it when isComposing is already false.
	if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
	return !event.shiftKey && !event.altKey && !touchKeyboard();
}
