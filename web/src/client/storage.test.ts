import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { indexedStore, memoryStore, type OutboxStore, type Stored } from './storage';

const entry = (cid: string, part: Partial<Stored> = {}): Stored => ({
	uid: 'u_me',
	room: 'general',
	cid,
	text: `text of ${cid}`,
	written: 1,
	wordAt: 1,
	since: { epoch: 'e', seq: 3 },
	tried: false,
	reset: false,
	refused: null,
	...part,
});

let factory: IDBFactory;
beforeEach(() => {
	factory = new IDBFactory();
	vi.stubGlobal('IDBKeyRange', IDBKeyRange);
});

const broken = () => {
	throw new Error('denied');
};
const kinds: [string, () => OutboxStore][] = [
	['memory', memoryStore],
	['IndexedDB', () => indexedStore(() => factory)],
	['no IndexedDB', () => indexedStore(() => undefined)],
	['a forbidden IndexedDB', () => indexedStore(broken)],
	['a broken IndexedDB', () => indexedStore(() => ({ open: broken }) as unknown as IDBFactory)],
];

describe.each(kinds)('the store on %s', (_kind, make) => {
	it('gives back what was put, in the order of writing', async () => {
		const store = make();
		await store.put(entry('b', { written: 2 }));
		await store.put(entry('c', { written: 3 }));
		await store.put(entry('a', { written: 2 }));
		expect((await store.load('u_me', 'general')).map((e) => e.cid)).toEqual(['a', 'b', 'c']);
	});

	it('replaces an entry of the same cid', async () => {
		const store = make();
		await store.put(entry('a'));
		await store.put(entry('a', { tried: true }));
		expect(await store.load('u_me', 'general')).toEqual([entry('a', { tried: true })]);
	});

	it('removes', async () => {
		const store = make();
		await store.put(entry('a'));
		await store.put(entry('b'));
		await store.remove(entry('a', { tried: true }));
		expect((await store.load('u_me', 'general')).map((e) => e.cid)).toEqual(['b']);
	});

	it('keeps persons and rooms apart', async () => {
		const store = make();
		await store.put(entry('a', { uid: 'u_me2' }));
		await store.put(entry('b', { room: 'generala' }));
		await store.put(entry('c', { room: 'gener' }));
		expect(await store.load('u_me', 'general')).toEqual([]);
	});
});

describe('the store on IndexedDB', () => {
	it('is there for the next page', async () => {
		await indexedStore(() => factory).put(entry('a'));
		expect(await indexedStore(() => factory).load('u_me', 'general')).toEqual([entry('a')]);
	});

	it('touches nothing before it is used', () => {
		const use = vi.fn(() => factory);
		indexedStore(use);
		expect(use).not.toHaveBeenCalled();
	});
});
