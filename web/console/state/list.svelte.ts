// The conversation list of one query, kept true by the feed. A frame carries the whole row as the asking
// user sees it; what no longer belongs to the query leaves.
import { api, ApiError, path, type Query } from '../api/client.ts';
import type { Conversation, Page } from '../api/types.ts';
import { account } from './account.svelte.ts';

export type Scope = 'mine' | 'team' | 'all';
export type Sort = 'waiting' | 'activity' | 'ended';
export interface ListQuery {
	scope: Scope;
	status: string;
	channel: string;
	queue: string;
	/** 'true': only those whose agent asks for help. */
	flagged: string;
	sort: Sort;
	q: string;
}

const PAGE = 50;

/** Without a chosen status the list is about work: sessions that are not over. */
const isOpen = (c: Conversation) => c.session !== undefined && c.session.status !== 'ended' && c.session.status !== 'error';

/** The server's orders: by waiting is since the session waits for an agent, else since the last activity. */
function order(sort: Sort): (a: Conversation, b: Conversation) => number {
	const activity = (c: Conversation) => Date.parse(c.last_activity_at);
	if (sort === 'activity') return (a, b) => activity(b) - activity(a) || (a.id < b.id ? 1 : -1);
	if (sort === 'ended') {
		const end = (c: Conversation) => Date.parse(c.session?.ended_at ?? c.last_activity_at);
		return (a, b) => end(b) - end(a) || (a.id < b.id ? 1 : -1);
	}
	const since = (c: Conversation) => Date.parse((c.session?.status === 'waiting' && c.session.waiting_since) || c.last_activity_at);
	return (a, b) => since(a) - since(b) || (a.id < b.id ? -1 : 1);
}

/** The lists that are open now. */
const lists = new Set<ConversationList>();

/** knownConversations are those that this page has already, from any of its lists. */
export function knownConversations(): Conversation[] {
	return [...new Map([...lists].flatMap((l) => l.items.map((c) => [c.id, c] as const))).values()];
}

export class ConversationList {
	items = $state.raw<Conversation[]>([]);
	state = $state<'loading' | 'ready' | 'error' | 'forbidden'>('loading');
	problem = $state('');
	more = $state(false);
	readonly topic: string;
	private next = '';
	private fetching = false;
	private rows = new Map<string, Conversation>();
	/** How far this user has read here; the server's row may say so a moment later. */
	private reads = new Map<string, number>();
	private stop: () => void = () => {};

	constructor(readonly query: ListQuery) {
		const q: Query = { ...query };
		lists.add(this);
		this.topic = `list:${path('', q).slice(1)}`;
		// A search answers once; the server doesn't follow changes of its results.
		if (query.q !== '') {
			void this.load();
			return;
		}
		const { stop, joined } = account.realtime.subscribe(this.topic, {
			frame: (f) => f.type === 'conversation.updated' && this.take(f.data as Conversation),
			resync: () => void this.load()
		});
		this.stop = stop;
		void joined.then(() => this.load());
	}

	close(): void {
		lists.delete(this);
		this.stop();
	}

	async load(): Promise<void> {
		await this.fetch('');
	}

	async loadMore(): Promise<void> {
		if (this.more && !this.fetching) await this.fetch(this.next);
	}

	private async fetch(cursor: string): Promise<void> {
		this.fetching = true;
		try {
			const page = await api.get<Page<Conversation>>('/conversations', { ...this.query, limit: PAGE, cursor });
			if (cursor === '') this.rows.clear();
			for (const row of page.items) this.keep(row);
			this.next = page.next_cursor ?? '';
			this.more = this.next !== '';
			// The rows before the word that they are there: who looks at both never sees an empty list that isn't.
			this.items = this.sorted();
			this.state = 'ready';
		} catch (cause) {
			const error = cause as ApiError;
			if (this.state !== 'ready') this.state = error.status === 403 ? 'forbidden' : 'error';
			this.problem = error.message;
		} finally {
			this.fetching = false;
		}
	}

	/** take puts a row from anywhere (feed, an answer) in its place, or out. */
	take(row: Conversation): void {
		if (this.belongs(row)) this.keep(row);
		else this.rows.delete(row.id);
		this.show();
	}

	/** This user has read up to seq: the badge goes at once. */
	read(id: string, seq: number): void {
		this.reads.set(id, seq);
		const row = this.rows.get(id);
		if (!row) return;
		this.keep(row);
		this.show();
	}

	private keep(row: Conversation): void {
		const old = this.rows.get(row.id);
		if (old && row.version < old.version) return;
		const read = this.reads.get(row.id) ?? 0;
		this.rows.set(row.id, read >= row.last_seq && row.unread > 0 ? { ...row, unread: 0, read_seq: read } : row);
	}

	private belongs(row: Conversation): boolean {
		const { scope, status, channel, queue, flagged } = this.query;
		if (scope === 'mine' && row.session?.agent?.id !== account.me?.user.id) return false;
		if (status ? !status.split(',').includes(row.session?.status ?? '') : !isOpen(row)) return false;
		if (channel && row.channel.id !== channel && row.channel.type !== channel) return false;
		if (queue && row.session?.queue?.id !== queue) return false;
		if (flagged && !row.session?.flagged_at) return false;
		return true;
	}

	private queued = false;
	/** Many frames in one moment make one sorting. */
	private show(): void {
		if (this.queued) return;
		this.queued = true;
		queueMicrotask(() => {
			this.queued = false;
			this.items = this.sorted();
		});
	}

	private sorted(): Conversation[] {
		return [...this.rows.values()].sort(order(this.query.sort));
	}
}
