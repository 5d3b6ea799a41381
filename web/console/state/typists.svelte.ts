// Who is writing where, as far as the feed tells: it tells of the open conversation, and of the agent's own
// ones. A sign fades by itself, since the one that takes it back may get lost.
import type { Frame } from '../api/realtime.ts';
import type { Author, Entry } from '../api/types.ts';
import { account } from './account.svelte.ts';
import { viewers } from './viewers.svelte.ts';

const LASTS = 8_000;
/** An agent's own conversations that are listened to; capacity keeps them few. */
const FOLLOWED = 24;

export interface Typist {
	author: Author;
	/** It is a note, which the customer won't see. */
	note: boolean;
	until: number;
}

const same = (a: Author, b: Author) => a.type === b.type && a.id === b.id;

class Typists {
	private by = $state.raw<Record<string, Typist[]>>({});
	private timer: ReturnType<typeof setTimeout> | undefined;
	private followed = new Map<string, () => void>();

	of(conversation: string): Typist[] {
		return this.by[conversation] ?? [];
	}

	/** frame takes what a conversation's topic says about writing. */
	frame(conversation: string, frame: Frame): void {
		if (frame.type === 'entry.created') return this.wrote(conversation, frame.data as Entry);
		if (frame.type !== 'typing') return;
		const { author, typing, note = false } = frame.data as { author: Author; typing: boolean; note?: boolean };
		if (author.id === account.me?.user.id) return;
		const others = this.of(conversation).filter((t) => !same(t.author, author));
		this.set(conversation, typing ? [...others, { author, note, until: Date.now() + LASTS }] : others);
		this.timer ??= setTimeout(() => this.fade(), LASTS + 50);
	}

	/** follow listens to these conversations, and no longer to those before. */
	follow(conversations: string[]): void {
		const wanted = new Set(conversations.slice(0, FOLLOWED));
		for (const [id, stop] of this.followed) {
			if (wanted.has(id)) continue;
			stop();
			this.followed.delete(id);
		}
		for (const id of wanted) {
			if (this.followed.has(id)) continue;
			this.followed.set(id, account.realtime.subscribe(`conversation:${id}`, { frame: (f) => { this.frame(id, f); viewers.frame(id, f); } }, true).stop);
		}
	}

	/** What was being written has arrived. */
	private wrote(conversation: string, entry: Entry): void {
		const left = this.of(conversation).filter((t) => entry.kind === 'event' || !same(t.author, entry.author));
		if (left.length < this.of(conversation).length) this.set(conversation, left);
	}

	private set(conversation: string, typists: Typist[]): void {
		const next = { ...this.by, [conversation]: typists };
		if (typists.length === 0) delete next[conversation];
		this.by = next;
	}

	private fade(): void {
		this.timer = undefined;
		const now = Date.now();
		for (const [id, all] of Object.entries(this.by)) {
			const left = all.filter((t) => t.until > now);
			if (left.length < all.length) this.set(id, left);
		}
		const next = Math.min(...Object.values(this.by).flatMap((all) => all.map((t) => t.until)));
		if (next < Infinity) this.timer = setTimeout(() => this.fade(), next - now + 50);
	}
}

export const typists = new Typists();
