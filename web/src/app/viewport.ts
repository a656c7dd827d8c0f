/**
 * Keeps the page above the on-screen keyboard. Safari on a phone lays the keyboard over
 * the page; this sets the stylesheet's --viewport to the height that stays free.
 */
export function watchViewport(): void {
	const visual = globalThis.visualViewport;
	if (!visual) return;
	visual.addEventListener('resize', () => {
		const covered = visual.scale === 1 && innerHeight - visual.height > 1;
		const style = document.documentElement.style;
		if (covered) style.setProperty('--viewport', `${Math.round(visual.height)}px`);
		else style.removeProperty('--viewport');
		if (covered) scrollTo(0, 0);
	});
}
