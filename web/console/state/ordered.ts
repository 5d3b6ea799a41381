// Rows in the order of a list, kept so while single ones come, change and go: no change sorts the others anew,
// and no time is read from its text twice.
import type { Conversation } from '../api/types.ts';

export type Sort = 'waiting' | 'activity' | 'ended';

/** A row and what it is sorted by: a time in milliseconds, then its id. */
export interface Placed {
	row: Conversation;
	at: number;
}

/** The server's orders: by waiting is since the session waits for an agent, else since the last activity. */
const time: Record<Sort, (c: Conversation) => string> = {
	waiting: (c) => (c.session?.status === 'waiting' && c.session.waiting_since) || c.last_activity_at,
	activity: (c) => c.last_activity_at,
	ended: (c) => c.session?.ended_at ?? c.last_activity_at
};

export class Ordered {
	private byId = new Map<string, Placed>();
	private placed: Placed[] = [];
	/** Who waits longest comes first; else the newest does. */
	private readonly direction: 1 | -1;

	constructor(private readonly sort: Sort) {
		this.direction = sort === 'waiting' ? 1 : -1;
	}

	place(row: Conversation): Placed {
		return { row, at: Date.parse(time[this.sort](row)) };
	}

	/** compare is negative when a comes before b. */
	private compare(a: Placed, b: Placed): number {
		if (a.row.id === b.row.id && a.at === b.at) return 0;
		return this.direction * (a.at - b.at || (a.row.id < b.row.id ? -1 : 1));
	}

	/** isPast says that a stands after b by its time; the server knows times more exactly than a script does. */
	isPast(a: Placed, b: Placed): boolean {
		return this.direction * (a.at - b.at) > 0;
	}

	get(id: string): Conversation | undefined {
		return this.byId.get(id)?.row;
	}

	put(one: Placed): void {
		const old = this.byId.get(one.row.id);
		this.byId.set(one.row.id, one);
		if (old && old.at === one.at) {
			this.placed[this.find(old)] = one;
			return;
		}
		if (old) this.placed.splice(this.find(old), 1);
		this.placed.splice(this.find(one), 0, one);
	}

	delete(id: string): void {
		const old = this.byId.get(id);
		if (!old) return;
		this.byId.delete(id);
		this.placed.splice(this.find(old), 1);
	}

	clear(): void {
		this.byId.clear();
		this.placed = [];
	}

	rows(): Conversation[] {
		return this.placed.map((one) => one.row);
	}

	/** Where it stands, or would. */
	private find(one: Placed): number {
		let [low, high] = [0, this.placed.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.compare(this.placed[middle]!, one) < 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
