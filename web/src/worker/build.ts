import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { build, type Plugin, type Rolldown } from 'vite';

/** The files of public/ that the page requests. */
const wanted = /^(theme\.js|manifest\.webmanifest|icon-192\.png)$/;
/** Fonts that few people need. They are fetched on demand. */
const seldom = /devanagari/;

/** Builds src/worker/sw.ts as /sw.js, with the list of the build's files and a version, which is their hash. */
export function serviceWorker(): Plugin {
	return {
		name: 'service-worker',
		apply: 'build',
		enforce: 'post',
		generateBundle: {
			order: 'post',
			async handler(_, bundle) {
				const hash = createHash('sha256');
				const page = bundle['index.html'];
				hash.update(page?.type === 'asset' ? page.source : '');
				const assets = Object.keys(bundle).filter(
					(file) => file.startsWith('assets/') && !seldom.test(file),
				);
				const loose = readdirSync('public').filter((file) => wanted.test(file));
				for (const file of loose) hash.update(readFileSync(`public/${file}`));
				const files = ['/', ...[...assets, ...loose].sort().map((file) => `/${file}`)];
				const version = hash.update(files.join()).digest('hex').slice(0, 12);
				this.emitFile({ type: 'asset', fileName: 'sw.js', source: await compiled(files, version) });
			},
		},
	};
}

async function compiled(files: readonly string[], version: string): Promise<string> {
	const built = await build({
		configFile: false,
		logLevel: 'error',
		define: { __FILES__: JSON.stringify(files), __VERSION__: JSON.stringify(version) },
		build: {
			write: false,
			copyPublicDir: false,
			target: 'es2022',
			rolldownOptions: { input: 'src/worker/sw.ts', output: { format: 'iife' } },
		},
	});
	return (built as Rolldown.RolldownOutput).output[0].code;
}
