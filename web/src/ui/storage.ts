/** localStorage. It may be missing, full or forbidden: then nothing is kept. */

export function load(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

/** Saves a value. Null or '' removes the key. */
export function save(key: string, value: string | null): void {
	try {
		if (value) localStorage.setItem(key, value);
		else localStorage.removeItem(key);
	} catch {
		// Nothing is kept.
	}
}

/** Removes all keys with a prefix. */
export function removeAll(prefix: string): void {
	try {
		for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) save(key, null);
	} catch {
		// Nothing was kept.
	}
}
