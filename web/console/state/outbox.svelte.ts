// What this browser has still to hand to the server. Each message has its key from the beginning, so that
// handing it over twice makes one entry. It is kept over a reload; within a conversation the order holds.
import { api, ApiError } from '../api/client.ts';
import type { Entry, FileRef, OutgoingMessage } from '../api/types.ts';

export interface Pending {
	/** Idempotency-Key, and the entry's client_id. */
	key: string;
	conversation: string;
	kind: 'message' | 'note';
	body: OutgoingMessage;
	/** What is shown meanwhile: the file, and the rendered text of a template. */
	file?: FileRef;
	shownText?: string;
	created_at: string;
	state: 'sending' | 'waiting' | 'refused';
	problem?: string;
	code?: string;
}

/** The server keeps keys for 24 h: an older one could double, so it is only shown. */
const KEY_LIFE = 23 * 3600 * 1000;

function stored(key: string): Pending[] {
	try {
		return (JSON.parse(localStorage.getItem(key) ?? '[]') as Pending[]).map((p) => ({ ...p, state: p.state === 'sending' ? 'waiting' : p.state }));
	} catch {
		return [];
	}
}

class Outbox {
	items = $state<Pending[]>([]);
	/** Told about each entry that the server made of a pending message. */
	onentry: (entry: Entry) => void = () => {};
	private timer: ReturnType<typeof setTimeout> | undefined;
	private delay = 1000;
	private place = '';

	of(conversation: string): Pending[] {
		return this.items.filter((p) => p.conversation === conversation);
	}

	/** start resumes what this user's earlier page left, and listens for the network. */
	start(user: string): () => void {
		this.place = `switchboard.outbox.${user}`;
		this.items = stored(this.place);
		const again = () => {
			this.delay = 1000;
			this.flush();
		};
		window.addEventListener('online', again);
		this.flush();
		return () => {
			window.removeEventListener('online', again);
			clearTimeout(this.timer);
			this.items = [];
		};
	}

	add(pending: Omit<Pending, 'key' | 'created_at' | 'state'>): void {
		this.items.push({ ...pending, key: crypto.randomUUID(), created_at: new Date().toISOString(), state: 'waiting' });
		this.keep();
		void this.drain(pending.conversation);
	}

	/** The server's entry has arrived, over the feed or as the answer. */
	settled(entry: Entry): void {
		if (entry.client_id && this.items.some((p) => p.key === entry.client_id)) this.remove(entry.client_id);
	}

	retry(key: string): void {
		const item = this.items.find((p) => p.key === key);
		if (!item) return;
		// A refused request used its key up with that answer; asking again is a new request.
		if (item.state === 'refused') item.key = crypto.randomUUID();
		item.state = 'waiting';
		this.keep();
		void this.drain(item.conversation);
	}

	remove(key: string): void {
		this.items = this.items.filter((p) => p.key !== key);
		this.keep();
	}

	flush(): void {
		for (const conversation of new Set(this.items.map((p) => p.conversation))) void this.drain(conversation);
	}

	/** Sends a conversation's messages one after the other, so that they arrive in the order written. */
	private async drain(conversation: string): Promise<void> {
		if (this.of(conversation).some((p) => p.state === 'sending')) return;
		for (;;) {
			const item = this.items.find((p) => p.conversation === conversation && p.state === 'waiting');
			if (!item) return;
			if (Date.now() - Date.parse(item.created_at) > KEY_LIFE) {
				item.state = 'refused';
				item.problem = undefined;
				continue;
			}
			item.state = 'sending';
			const what = item.kind === 'note' ? 'notes' : 'messages';
			try {
				const entry = await api.post<Entry>(`/conversations/${conversation}/${what}`, item.body, { idempotencyKey: item.key });
				this.delay = 1000;
				this.remove(item.key);
				this.onentry(entry);
			} catch (cause) {
				const error = cause as ApiError;
				// The list was copied when it was assigned; find the live one.
				const live = this.items.find((p) => p.key === item.key);
				if (!live) continue;
				if (error instanceof ApiError && !error.later) {
					live.state = 'refused';
					live.problem = error.message;
					live.code = error.code;
					this.keep();
					continue;
				}
				live.state = 'waiting';
				this.later(error instanceof ApiError ? error.retryAfter * 1000 : 0);
				return;
			}
		}
	}

	private later(least: number): void {
		clearTimeout(this.timer);
		this.delay = Math.min(30_000, this.delay * 2);
		this.timer = setTimeout(() => this.flush(), Math.max(least, this.delay));
	}

	private keep(): void {
		localStorage.setItem(this.place, JSON.stringify(this.items));
	}
}

export const outbox = new Outbox();
