/** localStorage that may be missing, full or forbidden: then nothing is kept. */

export function load(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

/** Null or '' removes it. */
export function save(key: string, value: string | null): void {
	try {
		if (value) localStorage.setItem(key, value);
		else localStorage.removeItem(key);
	} catch {
		// Nothing is kept.
	}
}
