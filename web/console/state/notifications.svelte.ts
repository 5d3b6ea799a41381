// What this user is told apart from their conversations: notes that mention them.
import { api } from '../api/client.ts';
import type { Frame } from '../api/realtime.ts';
import type { Notification } from '../api/types.ts';
import { account } from './account.svelte.ts';

/** As many as are held; the server has them all. */
const HELD = 100;

class Notifications {
	items = $state.raw<Notification[]>([]);
	unread = $state(0);
	problem = $state('');
	/** Told about each that comes while the page is open. */
	onnew: (notification: Notification) => void = () => {};

	start(): () => void {
		const { stop, joined } = account.realtime.subscribe('me', { frame: (f) => this.frame(f), resync: () => void this.load() });
		void joined.then(() => this.load());
		return stop;
	}

	async load(): Promise<void> {
		try {
			const found = await api.get<{ items: Notification[]; unread: number }>('/me/notifications');
			this.items = found.items;
			this.unread = found.unread;
			this.problem = '';
		} catch (cause) {
			this.problem = (cause as Error).message;
		}
	}

	/** read marks some as read, or all. */
	async read(ids?: string[]): Promise<void> {
		const now = new Date().toISOString();
		const touched = this.items.filter((n) => !n.read_at && (!ids || ids.includes(n.id)));
		if (touched.length === 0 && ids) return;
		this.items = this.items.map((n) => (touched.includes(n) ? { ...n, read_at: now } : n));
		this.unread = ids ? Math.max(0, this.unread - touched.length) : 0;
		await api.post('/me/notifications/read', ids ? { ids } : {}).catch(() => this.load());
	}

	private frame(frame: Frame): void {
		if (frame.type === 'mention.created') {
			const fresh = frame.data as Notification;
			if (this.items.some((n) => n.id === fresh.id)) return;
			this.items = [fresh, ...this.items].slice(0, HELD);
			if (!fresh.read_at) this.unread++;
			this.onnew(fresh);
		} else if (frame.type === 'notifications.read') {
			this.unread = (frame.data as { unread: number }).unread;
			void this.load();
		}
	}
}

export const notifications = new Notifications();
