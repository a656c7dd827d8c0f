/**
 * Keeps the page above the keyboard on the screen where the browser only lays the
 * keyboard over the page (Safari on a phone): the stylesheet's --viewport.
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
