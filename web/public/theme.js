// A forced theme, put on the page before it is painted. src/state/theme.ts writes it.
try {
	const theme = localStorage.getItem('pc.theme');
	if (theme) document.documentElement.dataset.bsTheme = theme;
} catch {
	// No storage: the system's colours.
}
