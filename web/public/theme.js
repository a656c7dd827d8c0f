try {
	const theme = localStorage.getItem('pc.theme');
	if (theme) document.documentElement.dataset.bsTheme = theme;
} catch {}
