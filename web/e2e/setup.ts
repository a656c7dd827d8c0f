import { Stack } from './stack';

/** Starts the stack that all tests share, and stops it after them. */
export default async function setup(): Promise<() => Promise<void>> {
	const stack = await Stack.create();
	// Workers inherit it.
	process.env.E2E_URL = stack.url;
	return () => stack.stop();
}
