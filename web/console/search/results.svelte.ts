// What one search found, page by page; and what was looked for lately, kept in this browser for each person.
import { api, type ApiError, type Query } from '../api/client.ts';
import type { Conversation, Found, FoundIn } from '../api/types.ts';
import { account } from '../state/account.svelte.ts';

const RECENT_MOST = 8;
/** Empty pages are passed over by themselves so many times; then the reader decides. */
const FURTHER = 4;

export class Results {
	people = $state.raw<Conversation[]>([]);
	items = $state.raw<FoundIn[]>([]);
	state = $state<'loading' | 'ready' | 'error'>('loading');
	more = $state(false);
	loadingMore = $state(false);
	lookedTo = $state('');
	indexed = $state<number | undefined>();
	problem = $state('');
	private cursor = '';
	private seen = new Set<string>();
	private stop = new AbortController();

	constructor(private query: Query) {
		void this.load();
	}

	close(): void {
		this.stop.abort();
	}

	get hits(): number {
		return this.items.reduce((sum, i) => sum + i.hits.length, 0);
	}

	async load(): Promise<void> {
		this.state = 'loading';
		if (await this.page()) this.state = 'ready';
	}

	async further(): Promise<void> {
		this.loadingMore = true;
		await this.page();
		this.loadingMore = false;
	}

	private async page(): Promise<boolean> {
		try {
			for (let n = 0; n < FURTHER; n++) {
				const found = await api.get<Found>('/search', { ...this.query, cursor: this.cursor, limit: 30 }, this.stop.signal);
				if (!this.cursor) this.people = found.people;
				this.cursor = found.next_cursor ?? '';
				this.more = this.cursor !== '';
				this.lookedTo = found.looked_to ?? '';
				this.indexed = found.indexed;
				this.take(found.items);
				if (found.items.length > 0 || !this.more) break;
			}
			return true;
		} catch (cause) {
			if (this.stop.signal.aborted) return false;
			this.problem = (cause as ApiError).message;
			this.state = 'error';
			return false;
		}
	}

	/** The same conversation goes on where it was; a hit is shown once. */
	private take(items: FoundIn[]): void {
		const all = [...this.items];
		for (const item of items) {
			const hits = item.hits.filter((h) => !this.seen.has(h.entry_id));
			hits.forEach((h) => this.seen.add(h.entry_id));
			if (hits.length === 0) continue;
			const at = all.findIndex((i) => i.conversation.id === item.conversation.id);
			if (at < 0) all.push({ ...item, hits });
			else all[at] = { ...all[at]!, hits: [...all[at]!.hits, ...hits] };
		}
		this.items = all;
	}
}

const key = () => `switchboard.searches.${account.me?.user.id ?? ''}`;

class Recent {
	items = $state.raw<string[]>([]);

	load(): void {
		try {
			const kept = JSON.parse(localStorage.getItem(key()) ?? '[]') as unknown;
			this.items = Array.isArray(kept) ? kept.filter((k) => typeof k === 'string').slice(0, RECENT_MOST) : [];
		} catch {
			this.items = [];
		}
	}

	add(text: string): void {
		const q = text.trim();
		if (q.length < 2) return;
		this.items = [q, ...this.items.filter((i) => i !== q)].slice(0, RECENT_MOST);
		localStorage.setItem(key(), JSON.stringify(this.items));
	}

	clear(): void {
		this.items = [];
		localStorage.removeItem(key());
	}
}

export const recent = new Recent();
