import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, Program } from './program';

/**
 * Starts `sam local` and, on the same database, a stack whose functions run in SAM's
 * containers (E2E_URL) and one that is all of one process (SOCKET_URL).
 */
export default async function setup(): Promise<() => Promise<void>> {
	const data = await mkdtemp(join(tmpdir(), 'projectchat-sam-'));
	const running: Program[] = [];
	const stop = async () => {
		for (const program of running.reverse()) await program.stop();
		await rm(data, { recursive: true, force: true });
	};
	const start = async (...how: Parameters<typeof Program.start>) => {
		const program = await Program.start(...how);
		running.push(program);
		return program;
	};
	try {
		const port = String(await freePort());
		const flags = ['-start-lambda', '127.0.0.1:0', '-gateway-port', port];
		const sam = await start('samlocal', flags, { ADDR: '127.0.0.1:0', DATA: data });
		const database = { AWS_ENDPOINT_URL_DYNAMODB: sam.address('database') };
		const containers = ['-lambda', sam.address('lambda')];
		const lambda = await start('dev', containers, { ...database, ADDR: `localhost:${port}` });
		const socket = await start('dev', [], { ...database, ADDR: 'localhost:0' });
		// Workers inherit them.
		process.env.SAM_URL = sam.address('ready');
		process.env.E2E_URL = lambda.address('ready');
		process.env.SOCKET_URL = socket.address('ready');
	} catch (error) {
		await stop();
		throw error;
	}
	return stop;
}
