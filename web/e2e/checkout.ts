import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A copy of this project, to be changed, with `make dev` running in it. */
export class Checkout {
	/** What the process said. */
	said = '';
	private readonly more = new EventEmitter();
	private process: ChildProcess | null = null;

	private constructor(
		private readonly dir: string,
		readonly url: string,
	) {}

	/** Copies the files of the project as they are now, and starts it. */
	static async create(): Promise<Checkout> {
		const dir = await mkdtemp(join(tmpdir(), 'projectchat-watch-'));
		const checkout = new Checkout(dir, `http://localhost:${await freePort()}`);
		try {
			await checkout.copy();
			await checkout.start();
		} catch (error) {
			await checkout.remove();
			throw error;
		}
		return checkout;
	}

	private async copy(): Promise<void> {
		const files =
			'git ls-files -z --cached --others --exclude-standard | xargs -0 -r ls -d 2>/dev/null';
		const shell = (script: string) =>
			execFileSync('sh', ['-c', script, '-', this.dir], {
				cwd: root,
				stdio: ['ignore', 'inherit', 'inherit'],
			});
		shell(`${files} | tar -cf - -T - | tar -xf - -C "$1"`);
		// Real folders: Vite serves nothing from outside its own, and writes into this one.
		shell('cp -al web/node_modules "$1/web/" 2>/dev/null || cp -a web/node_modules "$1/web/"');
		await rm(join(this.dir, 'web/node_modules/.vite'), { recursive: true, force: true });
		shell('mkdir -p "$1/.local"');
		for (const engine of ['.local/dynoxide', '.local/dynamodb-local']) {
			await mkdir(join(root, engine), { recursive: true });
			await symlink(join(root, engine), join(this.dir, engine));
		}
	}

	private async start(): Promise<void> {
		const child = spawn(join(root, '.local/bin/dev'), ['-watch'], {
			cwd: this.dir,
			env: { ...process.env, ADDR: new URL(this.url).host, DATA: join(this.dir, '.local/data') },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.process = child;
		const hear = (chunk: Buffer) => {
			this.said += chunk;
			this.more.emit('said');
		};
		child.stdout?.on('data', hear);
		child.stderr?.on('data', hear);
		child.on('exit', () => this.more.emit('said'));
		await this.hears(/^ready /m);
	}

	/** Waits until it has said something that matches, after what it had said before. */
	async hears(line: RegExp, after = 0): Promise<void> {
		while (!line.test(this.said.slice(after))) {
			if (this.process?.exitCode !== null) throw new Error(`it ended:\n${this.said}`);
			await once(this.more, 'said');
		}
	}

	/** Replaces a text that must be in a file. */
	async edit(file: string, from: string, to: string): Promise<void> {
		const path = join(this.dir, file);
		const text = await readFile(path, 'utf8');
		if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
		await rm(path);
		await writeFile(path, text.replace(from, to));
	}

	/** Ends it, and removes the copy. */
	async remove(): Promise<void> {
		const child = this.process;
		if (child && child.exitCode === null) {
			const gone = once(child, 'exit');
			child.kill('SIGTERM');
			await gone;
		}
		await rm(this.dir, { recursive: true, force: true });
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
