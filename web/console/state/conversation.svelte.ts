// One open conversation: its head, and the entries that are loaded (without gaps between first and last).
// Entries come by pages and by the feed; the highest version of each is kept.
import { api, ApiError } from '../api/client.ts';
import type { Frame } from '../api/realtime.ts';
import type { Conversation, Entry, Page, Session } from '../api/types.ts';
import { account } from './account.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { typists } from './typists.svelte.ts';
import { viewers } from './viewers.svelte.ts';

const PAGE = 50;
/** Before every entry that can exist: asks for the newest page. */
const END = Number.MAX_SAFE_INTEGER;

export class OpenConversation {
	head = $state.raw<Conversation | undefined>();
	entries = $state.raw<Entry[]>([]);
	sessions = $state.raw<Session[]>([]);
	state = $state<'loading' | 'ready' | 'error' | 'missing'>('loading');
	problem = $state('');
	hasOlder = $state(false);
	loadingOlder = $state(false);
	/** What is loaded ends before the newest: the log was opened further up. */
	hasNewer = $state(false);
	loadingNewer = $state(false);
	/** At work: of several that are shown, the one that keys act on and the address names. */
	active = $state(true);
	/** Where the reader stood when it was opened: the unread marker stands after it. */
	openedAt = $state(0);
	private byId = new Map<string, Entry>();
	private stop: () => void;
	private readSeq = 0;

	constructor(
		readonly id: string,
		/** Told when this user read, so that the list's badge follows at once. */
		private onread: (id: string, seq: number) => void
	) {
		const { stop, joined } = account.realtime.subscribe(`conversation:${id}`, { frame: (f) => this.frame(f), resync: () => void this.catchUp() });
		this.stop = stop;
		void joined.then(() => this.load());
	}

	close(): void {
		this.stop();
	}

	get mine(): boolean {
		return this.head?.session?.agent?.id === account.me?.user.id;
	}

	async load(): Promise<void> {
		this.state = 'loading';
		this.hasNewer = false;
		try {
			const [head, page] = await Promise.all([
				api.get<Conversation>(`/conversations/${this.id}`),
				api.get<Page<Entry>>(`/conversations/${this.id}/entries`, { before: END, limit: PAGE })
			]);
			this.takeHead(head);
			this.readSeq = this.openedAt = head.read_seq;
			this.merge(page.items);
			this.hasOlder = (this.entries[0]?.seq ?? 1) > 1;
			this.state = 'ready';
			void this.loadSessions();
		} catch (cause) {
			const error = cause as ApiError;
			this.problem = error.message;
			this.state = error.status === 404 || error.status === 403 || error.status === 400 ? 'missing' : 'error';
		}
	}

	async loadSessions(): Promise<void> {
		const page = await api.get<Page<Session>>(`/conversations/${this.id}/sessions`).catch(() => undefined);
		if (page) this.sessions = page.items;
	}

	async loadOlder(): Promise<void> {
		const first = this.entries[0];
		if (!first || !this.hasOlder || this.loadingOlder) return;
		this.loadingOlder = true;
		try {
			const page = await api.get<Page<Entry>>(`/conversations/${this.id}/entries`, { before: first.seq, limit: PAGE });
			this.merge(page.items);
			this.hasOlder = page.items.length > 0 && (this.entries[0]?.seq ?? 1) > 1;
		} catch {
			// Scrolling again asks again.
		} finally {
			this.loadingOlder = false;
		}
	}

	async loadNewer(): Promise<void> {
		const last = this.entries.at(-1);
		if (!last || !this.hasNewer || this.loadingNewer) return;
		this.loadingNewer = true;
		try {
			const page = await api.get<Page<Entry>>(`/conversations/${this.id}/entries`, { after: last.seq, limit: PAGE });
			this.hasNewer = page.items.length === PAGE;
			this.merge(page.items);
		} catch {
			// Scrolling again asks again.
		} finally {
			this.loadingNewer = false;
		}
	}

	/** Loads what stands around a number, and only that when it is far from what is loaded. */
	async showAt(seq: number): Promise<Entry | undefined> {
		const here = () => this.entries.find((e) => e.seq === seq);
		const first = this.entries[0]?.seq ?? 0;
		const last = this.entries.at(-1)?.seq ?? 0;
		if (seq < first || (this.hasNewer && seq > last)) {
			try {
				const page = await api.get<Page<Entry>>(`/conversations/${this.id}/entries`, { after: Math.max(0, seq - PAGE / 2), before: seq + PAGE / 2, limit: PAGE });
				if (page.items.length === 0) return undefined;
				const end = page.items.at(-1)!.seq;
				// What touches what is loaded is added to it; else it stands alone.
				if (end < first - 1 || page.items[0]!.seq > last + 1) {
					this.byId.clear();
					this.hasNewer = true;
				}
				this.merge(page.items);
				this.hasOlder = (this.entries[0]?.seq ?? 1) > 1;
			} catch {
				return undefined;
			}
		}
		return here();
	}

	/** Goes back to the newest page. */
	async toNewest(): Promise<void> {
		if (!this.hasNewer) return;
		const page = await api.get<Page<Entry>>(`/conversations/${this.id}/entries`, { before: END, limit: PAGE }).catch(() => undefined);
		if (!page) return;
		this.byId.clear();
		this.hasNewer = false;
		this.merge(page.items);
		this.hasOlder = (this.entries[0]?.seq ?? 1) > 1;
	}

	/** Loads backwards until the entry is there; a quoted message may be far up. */
	async find(id: string): Promise<Entry | undefined> {
		while (!this.byId.has(id) && this.hasOlder) {
			const before = this.entries.length;
			await this.loadOlder();
			if (this.entries.length === before) break;
		}
		return this.byId.get(id);
	}

	entry(id: string | undefined): Entry | undefined {
		// Who asks for none depends on nothing.
		if (!id) return undefined;
		void this.entries;
		return this.byId.get(id);
	}

	/** take is an entry from anywhere: the feed, an answer, a page. */
	take(entry: Entry): void {
		outbox.settled(entry);
		// What comes while the reader is further up would leave a gap: it is loaded on the way down.
		if (this.hasNewer && !this.byId.has(entry.id)) return;
		this.merge([entry]);
	}

	takeHead(head: Conversation): void {
		if (!this.head || head.version >= this.head.version) this.head = head;
	}

	/** Marks everything that is loaded as read by this user. */
	async markRead(): Promise<void> {
		const last = this.entries.at(-1)?.seq ?? 0;
		if (last <= this.readSeq) return;
		this.readSeq = last;
		this.onread(this.id, last);
		if (this.head) this.head = { ...this.head, read_seq: last, unread: 0 };
		await api.post(`/conversations/${this.id}/read`, { seq: last }).catch(() => undefined);
	}

	/** Does something to the open session; its answer is shown before the feed tells it. */
	async act(what: string, body: object = {}): Promise<void> {
		const session = this.head?.session;
		if (!session) return;
		const updated = await api.post<Session | undefined>(`/sessions/${session.id}/${what}`, body);
		if (updated?.id === session.id) this.takeSession(updated);
	}

	/** Erases a session that is over, for good. */
	async erase(session: Session): Promise<void> {
		await api.delete(`/sessions/${session.id}`);
		this.dropSession(session.id);
	}

	private frame(frame: Frame): void {
		typists.frame(this.id, frame);
		viewers.frame(this.id, frame);
		switch (frame.type) {
			case 'entry.created':
			case 'entry.updated':
				return this.take(frame.data as Entry);
			case 'conversation.updated':
				return this.takeHead(frame.data as Conversation);
			case 'session.updated':
				return this.takeSession(frame.data as Session);
			case 'session.deleted':
				return this.dropSession((frame.data as Session).id);
		}
	}

	/** The session's words are gone, here as on the server; that there were some stays. */
	private dropSession(id: string): void {
		this.sessions = this.sessions.filter((s) => s.id !== id);
		const erased_at = new Date().toISOString();
		for (const [key, entry] of this.byId) if (entry.session_id === id && !entry.erased_at) this.byId.set(key, { ...entry, content: {}, erased_at });
		this.entries = [...this.byId.values()].sort((a, b) => a.seq - b.seq);
	}

	takeSession(session: Session): void {
		const old = this.sessions.find((s) => s.id === session.id);
		if (!old) this.sessions = [session, ...this.sessions];
		else if (session.version >= old.version) this.sessions = this.sessions.map((s) => (s.id === session.id ? session : s));
		const head = this.head;
		const current = head?.session;
		const newer = !current || session.started_at > current.started_at || (session.id === current.id && session.version >= current.version);
		if (head && newer) this.head = { ...head, session };
	}

	/** After a gap: the head, what came since, and the state of what is on screen. */
	private async catchUp(): Promise<void> {
		if (this.state !== 'ready') return void this.load();
		try {
			this.takeHead(await api.get<Conversation>(`/conversations/${this.id}`));
			if (this.hasNewer) return;
			const page = await api.get<Page<Entry>>(`/conversations/${this.id}/entries`, { before: END, limit: PAGE });
			const last = this.entries.at(-1)?.seq ?? 0;
			const first = page.items[0]?.seq ?? 0;
			if (first > last + 1) {
				// More was missed than a page: start over from the newest.
				this.byId.clear();
				this.hasOlder = first > 1;
			}
			this.merge(page.items);
			void this.loadSessions();
		} catch (cause) {
			// Gone for this user; anything else is asked again by the next resync or reconnect.
			if ((cause as ApiError).status === 404) this.state = 'missing';
		}
	}

	private merge(entries: Entry[]): void {
		let changed = false;
		for (const entry of entries) {
			const old = this.byId.get(entry.id);
			if (old && old.version >= entry.version) continue;
			if (entry.client_id) outbox.settled(entry);
			this.byId.set(entry.id, entry);
			changed = true;
		}
		if (changed || this.entries.length !== this.byId.size) this.entries = [...this.byId.values()].sort((a, b) => a.seq - b.seq);
	}
}
