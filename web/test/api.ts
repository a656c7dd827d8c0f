import { type Api, ChatError, type Session } from '../src/client/client';
import { session } from './room';

/** An Api in memory, with taken names and open rooms. */
export class FakeApi implements Api {
	readonly calls: string[] = [];
	/** While it is set, every call fails with it. */
	refusal: ChatError | null = null;

	constructor(
		public current: Session | null = null,
		private readonly taken: readonly string[] = [],
		private readonly open: readonly string[] = [],
	) {}

	async session(): Promise<Session | null> {
		this.#called('session');
		return this.current;
	}

	async claim(name: string): Promise<Session> {
		this.#called(`claim ${name}`);
		if (this.taken.includes(name)) throw new ChatError('name_taken', 'taken', false);
		this.current = session(name);
		return this.current;
	}

	async logout(): Promise<void> {
		this.#called('logout');
		this.current = null;
	}

	async rooms(query = ''): Promise<{ rooms: { room: string; title: string }[]; more: boolean }> {
		const found = this.open.filter((title) => title.toLowerCase().startsWith(query.toLowerCase()));
		return { rooms: found.map((title) => ({ room: title.toLowerCase(), title })), more: false };
	}

	#called(what: string): void {
		this.calls.push(what);
		if (this.refusal) throw this.refusal;
	}
}

/** An address and its history, without a browser. */
export class FakeAddress {
	pathname = '/';
	search = '';
	readonly visited: string[] = [];

	constructor(address: string) {
		this.replaceState(null, '', address);
	}

	pushState(_data: unknown, _unused: string, address?: string | URL | null): void {
		const url = new URL(String(address), 'https://chat.example.org');
		this.pathname = url.pathname;
		this.search = url.search;
		this.visited.push(url.pathname + url.search);
	}

	replaceState(data: unknown, unused: string, address?: string | URL | null): void {
		this.pushState(data, unused, address);
	}
}
