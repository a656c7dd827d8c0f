/** The part of Trusted Types that this file uses: https://www.w3.org/TR/trusted-types/ */
interface TrustedTypes {
	createPolicy(
		name: string,
		rules: { createScriptURL(): string },
	): { createScriptURL(url: string): string };
}

const address = '/sw.js';

/** Registers the service worker, so the page starts without a network. Not in development: files there have no versions. */
export async function register(): Promise<void> {
	if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
	const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
	try {
		// The page's Content-Security-Policy allows this one policy, and the policy gives one address.
		const policy = trustedTypes?.createPolicy('pc-url', { createScriptURL: () => address });
		await navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address);
	} catch {
		// A private window or a full disk allows no service worker. The page works without one.
	}
}
