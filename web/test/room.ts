import { signal } from '@preact/signals';
import type { Change, Connection, Entry, Person, Room, Session } from '../src/client/client';

/** A Room whose state the test sets. For tests and the gallery, never in the page itself. */
export class FakeRoom implements Room {
	readonly title;
	readonly connection = signal<Connection>({ state: 'live' });
	readonly phase = signal<'loading' | 'ready' | 'failed'>('ready');
	readonly entries = signal<readonly Entry[]>([]);
	readonly hasOlder = signal(false);
	readonly loadingOlder = signal(false);
	readonly online = signal<readonly Person[]>([]);
	readonly onlineCount = signal<number | null>(1);
	readonly canSend = signal(true);
	readonly revision = signal(2);
	readonly canChange = signal(true);
	readonly typing = signal<Person | null>(null);
	/** The calls of the page in order: 'send hi', 'retry c1', 'close'. */
	readonly calls: string[] = [];
	/** The next page of history. */
	older: readonly Entry[] = [];
	#written = 0;

	constructor(
		title: string,
		readonly me: Session,
	) {
		this.title = signal(title);
		this.online.value = [{ uid: me.uid, name: me.name }];
	}

	async prepare(): Promise<void> {}

	send(text: string): string {
		this.calls.push(`send ${text}`);
		const cid = `c${++this.#written}`;
		this.add(written(this.me, cid, text, 'pending'));
		return cid;
	}

	change(kind: Change, target: number, text: string): string {
		this.calls.push(`${kind} ${target} ${text}`.trim());
		return `c${++this.#written}`;
	}

	async ping(): Promise<number | null> {
		return 12;
	}

	type(): void {
		this.calls.push('type');
	}

	retry(cid: string): void {
		this.calls.push(`retry ${cid}`);
		this.#change(cid, { state: 'pending' });
	}

	discard(cid: string): void {
		this.calls.push(`discard ${cid}`);
		this.entries.value = this.entries.value.filter((entry) => entry.cid !== cid);
	}

	async loadOlder(): Promise<void> {
		this.calls.push('loadOlder');
		this.loadingOlder.value = true;
		await Promise.resolve();
		this.entries.value = [...this.older, ...this.entries.value];
		this.older = [];
		this.hasOlder.value = false;
		this.loadingOlder.value = false;
	}

	retryNow(): void {
		this.calls.push('retryNow');
	}

	close(): void {
		this.calls.push('close');
	}

	add(...more: Entry[]): void {
		this.entries.value = [...this.entries.value, ...more];
	}

	/** Confirms a message: the log has it. */
	confirm(cid: string, seq: number): void {
		this.#change(cid, { state: 'confirmed', seq });
	}

	fail(cid: string): void {
		this.#change(cid, { state: 'failed' });
	}

	#change(cid: string, change: Partial<Entry>): void {
		this.entries.value = this.entries.value.map((entry) =>
			entry.cid === cid ? { ...entry, ...change } : entry,
		);
	}
}

/** A message of the log. */
export function said(by: Person, seq: number, at: string, text: string): Entry {
	const { uid, name } = by;
	const cid = `${uid}-${seq}`;
	return { key: cid, seq, kind: 'message', cid, uid, name, text, at, state: 'confirmed' };
}

/** A message of the outbox. */
export function written(by: Person, cid: string, text: string, state: Entry['state']): Entry {
	const at = new Date().toISOString();
	return { key: cid, kind: 'message', cid, uid: by.uid, name: by.name, text, at, state };
}

export function session(name: string): Session {
	return { uid: `u_${name.toLowerCase()}a2ce`, name, expires: '2099-01-01T00:00:00Z' };
}
