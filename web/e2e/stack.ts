import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * The whole chat, as `make run` starts it, in a process of its own with a data
 * folder of its own. It keeps its address over a restart.
 */
export class Stack {
	/** Where a browser finds it, once it was started. */
	url = '';
	private process: ChildProcess | null = null;

	private constructor(private readonly data: string) {}

	/** A stack at a free port that is up. Rejects with what the stack said if it did not come up. */
	static async create(): Promise<Stack> {
		const stack = new Stack(await mkdtemp(join(tmpdir(), 'projectchat-e2e-')));
		try {
			await stack.start();
		} catch (error) {
			await rm(stack.data, { recursive: true, force: true });
			throw error;
		}
		return stack;
	}

	/** Starts it, again if it ran before. */
	async start(): Promise<void> {
		const addr = this.url ? new URL(this.url).host : 'localhost:0';
		const child = spawn(join(root, '.local/bin/dev'), {
			cwd: root,
			env: { ...process.env, ADDR: addr, DATA: this.data },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.process = child;
		this.url = await ready(child);
	}

	/** Ends it with no chance to tidy up, as a crash does. */
	async kill(): Promise<void> {
		await this.end('SIGKILL');
	}

	/** Stops it and whatever it started, and removes the data. */
	async stop(): Promise<void> {
		// After a crash the database is still there: a start takes it over.
		if (!this.process) await this.start();
		await this.end('SIGTERM');
		await rm(this.data, { recursive: true, force: true });
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		const child = this.process;
		if (!child) return;
		this.process = null;
		const gone = once(child, 'exit');
		child.kill(signal);
		await gone;
	}
}

/** Resolves with the address that the stack announces; rejects if it ends before that. */
function ready(child: ChildProcess): Promise<string> {
	let said = '';
	return new Promise((resolve, reject) => {
		const hear = (chunk: Buffer) => {
			said += chunk;
			const [, url] = /^ready\s+(http\S+)/m.exec(said) ?? [];
			if (url) resolve(url);
		};
		child.stdout?.on('data', hear);
		child.stderr?.on('data', hear);
		child.on('error', (cause) => reject(new Error('the stack is not built: make e2e', { cause })));
		child.on('exit', () => reject(new Error(`the stack did not start:\n${said}`)));
	});
}
