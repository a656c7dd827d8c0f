/** The part of Trusted Types that is used: https://www.w3.org/TR/trusted-types/ */
interface TrustedTypes {
	createPolicy(
		name: string,
		rules: { createScriptURL(): string },
	): { createScriptURL(url: string): string };
}

const address = '/sw.js';

/** Has the browser keep the page for when there is no network. Not under development: its files have no versions. */
export async function register(): Promise<void> {
	if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
	const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
	try {
		// The one policy that the page's Content-Security-Policy allows; it knows one address.
		const policy = trustedTypes?.createPolicy('pc-url', { createScriptURL: () => address });
		await navigator.serviceWorker.register(policy?.createScriptURL(address) ?? address);
	} catch {
		// Private windows have none, and a full disk: the page works without.
	}
}
