// The conversation list of one query, kept true by the feed. A frame carries the whole row as the asking
// user sees it; what no longer belongs to the query leaves.
import { api, ApiError, path, type Query } from '../api/client.ts';
import type { Conversation, Page } from '../api/types.ts';
import { account } from './account.svelte.ts';
import { nextFrame } from './frames.ts';
import { Ordered, type Placed, type Sort } from './ordered.ts';

export type Scope = 'mine' | 'team' | 'all';
export type { Sort };
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
/** The least time between two changes of what is shown, in milliseconds. */
const PACE = 100;

/** Without a chosen status the list is about work: sessions that are not over. */
const isOpen = (c: Conversation) => c.session !== undefined && c.session.status !== 'ended' && c.session.status !== 'error';

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
	private readonly rows: Ordered;
	/** The last row of what is loaded; what stands after it comes with the next page. */
	private edge: Placed | undefined;
	/** What the feed told while a page was on its way, which may be older. */
	private meanwhile = new Map<string, Conversation>();
	/** How far this user has read here; the server's row may say so a moment later. */
	private reads = new Map<string, number>();
	private stop: () => void = () => {};

	/** What was shown before may stay until this list has its own, so that nobody loses their place. */
	constructor(
		readonly query: ListQuery,
		before: Conversation[] = []
	) {
		this.items = before;
		const q: Query = { ...query };
		this.rows = new Ordered(query.sort);
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
		this.meanwhile.clear();
		try {
			const page = await api.get<Page<Conversation>>('/conversations', { ...this.query, limit: PAGE, cursor });
			if (cursor === '') this.rows.clear();
			this.next = page.next_cursor ?? '';
			this.more = this.next !== '';
			const last = page.items.at(-1);
			this.edge = this.more && last ? this.rows.place(last) : undefined;
			for (const row of page.items) this.keep(row);
			for (const row of this.meanwhile.values()) this.place(row);
			// The rows before the word that they are there: who looks at both never sees an empty list that isn't.
			this.items = this.rows.rows();
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
		if (this.fetching) this.meanwhile.set(row.id, row);
		this.place(row);
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

	private place(row: Conversation): void {
		if (this.belongs(row)) this.keep(row);
		else this.rows.delete(row.id);
	}

	private keep(row: Conversation): void {
		const old = this.rows.get(row.id);
		if (old && row.version < old.version) return;
		const read = this.reads.get(row.id) ?? 0;
		if (row.read_seq >= read) this.reads.delete(row.id);
		const place = this.rows.place(read >= row.last_seq && row.unread > 0 ? { ...row, unread: 0, read_seq: read } : row);
		if (this.edge && this.rows.isPast(place, this.edge)) this.rows.delete(row.id);
		else this.rows.put(place);
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
	private shownAt = 0;
	/** Many frames of the feed make one change, and a busy list moves only so often: nobody reads faster. */
	private show(): void {
		if (this.queued) return;
		this.queued = true;
		nextFrame(() => {
			this.queued = false;
			// The first page brings these as well.
			if (this.state === 'loading') return;
			this.shownAt = performance.now();
			this.items = this.rows.rows();
		}, this.shownAt + PACE - performance.now());
	}
}
