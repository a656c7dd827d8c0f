import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which folders each folder may import, beside itself. A folder may import only folders above it. */
const law: Record<string, readonly string[]> = {
	worker: [],
	client: [],
	text: [],
	ui: ['text'],
	people: ['client', 'text', 'ui'],
	composer: ['client', 'text', 'ui', 'people'],
	visit: ['client', 'text', 'ui', 'people', 'composer'],
	log: ['client', 'text', 'ui', 'people', 'composer', 'visit'],
	search: ['client', 'text', 'ui', 'log'],
	home: ['client', 'text', 'ui', 'people', 'visit', 'search'],
	room: ['client', 'text', 'ui', 'people', 'composer', 'visit', 'log', 'search'],
	app: ['client', 'text', 'ui', 'people', 'composer', 'visit', 'log', 'search', 'home', 'room'],
	'.': ['client', 'text', 'ui', 'people', 'composer', 'visit', 'log', 'room', 'app'],
};

const src = new URL('./', import.meta.url);
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
	/\.(ts|tsx|css)$/.test(file),
);
const isTest = (file: string) => /\.test\.tsx?$/.test(file);

/** The files of this project that a file imports, also lazily or only as a type. Relative to web/src. */
function importsOf(file: string): string[] {
	const text = readFileSync(new URL(file, src), 'utf8');
	return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|@import)\s*["'](\.[^"']+)["']/g)].map(
		([, path = '']) => normalize(join(dirname(file), path)),
	);
}

function folderOf(path: string): string {
	const [first = ''] = path.split('/');
	return path.includes('/') || first in law ? first : '.';
}

describe('the law', () => {
	it('knows every folder, and only folders that there are', () => {
		expect(Object.keys(law).sort()).toEqual([...new Set(files.map(folderOf))].sort());
	});

	it('has no way back up', () => {
		const folders = Object.keys(law);
		const back = folders.flatMap((folder, at) =>
			(law[folder] ?? []).filter((other) => !folders.slice(0, at).includes(other)),
		);
		expect(back).toEqual([]);
	});

	it('allows nothing that nobody needs', () => {
		const unused = Object.entries(law).flatMap(([folder, allowed]) => {
			const used = files.filter((file) => folderOf(file) === folder).flatMap(importsOf);
			return allowed
				.filter((other) => !used.some((path) => folderOf(path) === other))
				.map((other) => `${folder} → ${other}`);
		});
		expect(unused).toEqual([]);
	});
});

it.each(files)('%s imports only what its folder may', (file) => {
	const folder = folderOf(file);
	const allowed = new Set([folder, ...(law[folder] ?? [])]);
	const outside = importsOf(file).filter((path) => !allowed.has(folderOf(path)));
	// The fakes are for tests only.
	expect(outside.filter((path) => !(isTest(file) && path.startsWith('../test/')))).toEqual([]);
});

it('no file imports itself by way of others', () => {
	const named = new Map(files.map((file) => [file.replace(/(\/index)?\.tsx?$/, ''), file]));
	const done = new Set<string>();
	const circles: string[] = [];
	function follow(file: string, way: readonly string[]): void {
		if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
		if (way.includes(file) || done.has(file)) return;
		for (const path of importsOf(file)) {
			const next = named.get(path) ?? path;
			if (files.includes(next)) follow(next, [...way, file]);
		}
		done.add(file);
	}
	for (const file of files) follow(file, []);
	expect(circles).toEqual([]);
});
