import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * The whole chat as `make run` starts it, in its own process with its own data
 * folder. It keeps its address when it restarts.
 */
export class Stack {
	/** The stack's address, once it has started. */
	url = '';
	private process: ChildProcess | null = null;

	private constructor(private readonly data: string) {}

	/** Starts a stack at a free port. If it does not come up, rejects with its output. */
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

	/** Starts the stack, or starts it again. */
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

	/** Kills the stack, as a crash would: it cannot tidy up. */
	async kill(): Promise<void> {
		await this.end('SIGKILL');
	}

	/** Stops the stack and its processes, and removes its data. */
	async stop(): Promise<void> {
		// After a crash the database still runs. A new start takes it over.
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

/** Resolves with the address that the stack announces. Rejects if the stack ends before that. */
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
