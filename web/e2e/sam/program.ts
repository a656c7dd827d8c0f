import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

/** A command of `.local/bin`, running. */
export class Program {
	private said = '';

	private constructor(private readonly child: ChildProcess) {}

	/** Starts it, and waits until it is ready. Rejects with what it said if it ends before that. */
	static async start(
		command: 'dev' | 'samlocal',
		flags: string[],
		env: NodeJS.ProcessEnv,
	): Promise<Program> {
		const child = spawn(join(root, '.local/bin', command), flags, {
			cwd: root,
			env: { ...process.env, ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const program = new Program(child);
		await program.ready();
		return program;
	}

	/** Where it says that a part of it is: "ready", "lambda" or "database". */
	address(part: string): string {
		const [, url] = new RegExp(`^${part}\\b.*?(http://[^\\s/,]+)`, 'm').exec(this.said) ?? [];
		if (!url) throw new Error(`no address of ${part} in:\n${this.said}`);
		return url;
	}

	/** Ends it as Ctrl-C does. Rejects if it did not go well. */
	async stop(): Promise<void> {
		if (this.child.exitCode !== null) return;
		const gone = once(this.child, 'exit');
		this.child.kill('SIGINT');
		const [code] = await gone;
		if (code !== 0) throw new Error(`it ended with ${code}:\n${this.said}`);
	}

	private ready(): Promise<void> {
		return new Promise((resolve, reject) => {
			const hear = (chunk: Buffer) => {
				this.said += chunk;
				if (/^ready\b.*\n/m.test(this.said)) resolve();
			};
			this.child.stdout?.on('data', hear);
			this.child.stderr?.on('data', hear);
			this.child.on('error', reject);
			this.child.on('exit', () => reject(new Error(`it did not start:\n${this.said}`)));
		});
	}
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '0.0.0.0');
	await once(server, 'listening');
	const at = server.address();
	server.close();
	await once(server, 'close');
	if (at === null || typeof at === 'string') throw new Error('no port');
	return at.port;
}
