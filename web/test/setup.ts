import fc from 'fast-check';
import { afterAll, afterEach } from 'vitest';

/** A fixed seed: a green test stays green until the code changes. SEED=2 tries other cases. */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 1) });

/** Preact and its signals run effects in the next frame, or after this many ms if no frame comes. */
const effectsWait = 35;

if (globalThis.document) {
	const { act, cleanup } = await import('@testing-library/preact');
	// Preact cleans up effects a frame after the unmount; act() does not wait for that frame.
	afterEach(async () => {
		await act(cleanup);
		localStorage.clear();
	});
	// Effects that are under way need the document. Timers of one length run in the order of their start.
	afterAll(() => new Promise((resolve) => setTimeout(resolve, effectsWait)));
}
