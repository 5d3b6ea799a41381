// What was begun and not sent, per conversation and mode. It is written down here at once, so that a closed
// tab or a dead network loses nothing, and a moment later on the server, from where it follows its author to
// other devices. The latest writer wins there; what is being typed in front of somebody is never replaced.
import { SvelteMap } from 'svelte/reactivity';
import { api, ApiError } from '../api/client.ts';
import type { Frame } from '../api/realtime.ts';
import type { Conversation, Draft, Drafts, FileRef } from '../api/types.ts';
import { account } from './account.svelte.ts';

export type Mode = 'reply' | 'note';
export interface Begun {
	text: string;
	replyTo?: string;
	files?: FileRef[];
}
interface Held extends Begun {
	/** What the server has of it; 0 is nothing. */
	version: number;
	/** Not on the server yet. */
	dirty: boolean;
	/** Rises when somebody else than this page's field wrote it. */
	turn: number;
	/** Written on another device while this one was being typed in. */
	other?: Draft;
}

/** How long somebody pauses before what they wrote goes to the server. */
const IDLE = 1000;
const nothing: Held = { text: '', version: 0, dirty: false, turn: 0 };
const isEmpty = (b: Begun) => b.text.trim() === '' && (b.files ?? []).length === 0;

class DraftBook {
	private held = new SvelteMap<string, Held>();
	/** This page's name for itself, by which it knows its echo. */
	private readonly device = crypto.randomUUID();
	private prefix = '';
	private timers = new Map<string, ReturnType<typeof setTimeout>>();
	private saving = new Set<string>();
	/** The field that somebody is typing in. */
	private typing = '';

	/** start takes up one user's drafts: on a shared computer the next one sees none of them. */
	start(user: string): () => void {
		this.prefix = `switchboard.drafts.${user}.`;
		this.held.clear();
		for (const place of Object.keys(localStorage)) {
			if (!place.startsWith(this.prefix)) continue;
			try {
				this.held.set(place.slice(this.prefix.length), { ...nothing, ...(JSON.parse(localStorage.getItem(place) ?? '{}') as Held), other: undefined });
			} catch {
				localStorage.removeItem(place);
			}
		}
		const { stop } = account.realtime.subscribe('me', {
			frame: (f: Frame) => f.type === 'draft.updated' && this.take(f.data as Drafts),
			resync: () => this.flush()
		});
		const flush = () => this.flush();
		const leave = () => this.flush(true);
		window.addEventListener('online', flush);
		window.addEventListener('pagehide', leave);
		this.flush();
		return () => {
			stop();
			this.flush(true);
			for (const timer of this.timers.values()) clearTimeout(timer);
			this.timers.clear();
			window.removeEventListener('online', flush);
			window.removeEventListener('pagehide', leave);
		};
	}

	get(conversation: string, mode: Mode): Readonly<Held> {
		return this.held.get(`${conversation}.${mode}`) ?? nothing;
	}

	/** set is what stands in the field now. */
	set(conversation: string, mode: Mode, begun: Begun): void {
		const key = `${conversation}.${mode}`;
		const old = this.held.get(key) ?? nothing;
		if (old.text === begun.text && old.replyTo === begun.replyTo && (old.files ?? []).map((f) => f.id).join() === (begun.files ?? []).map((f) => f.id).join()) return;
		this.keep(key, { ...old, ...begun, dirty: true });
		clearTimeout(this.timers.get(key));
		this.timers.set(key, setTimeout(() => void this.save(key), IDLE));
	}

	/** focus says which field is being typed in, and its end. What was typed goes to the server then. */
	focus(conversation: string, mode: Mode, on: boolean): void {
		const key = `${conversation}.${mode}`;
		if (on) this.typing = key;
		else if (this.typing === key) this.typing = '';
		if (!on && this.held.get(key)?.dirty) void this.save(key);
	}

	/** sent empties a field whose text becomes a message, and returns the draft's version for it. */
	sent(conversation: string, mode: Mode): number | undefined {
		const key = `${conversation}.${mode}`;
		const { version, turn } = this.held.get(key) ?? nothing;
		clearTimeout(this.timers.get(key));
		// What is on its way to the server now would come after the message: it is taken back then.
		this.keep(key, { ...nothing, turn, dirty: this.saving.has(key) });
		return version || undefined;
	}

	/** The line that the list shows of it. */
	line(conversation: Conversation): string {
		const here = (['reply', 'note'] as const).map((mode) => this.held.get(`${conversation.id}.${mode}`)).find((h) => h && !isEmpty(h));
		if (here) return here.text || here.files?.map((f) => f.name).join(', ') || '';
		const there = conversation.draft;
		return there && !this.settled.has(`${conversation.id} ${there.version}`) ? there.preview || '…' : '';
	}
	/** Versions that are known to be gone; a list's row may be older than that. */
	private settled = new SvelteMap<string, true>();

	/** read asks the server what was begun elsewhere. */
	async read(conversation: string): Promise<void> {
		const found = await api.get<Drafts>(`/conversations/${conversation}/draft`).catch(() => undefined);
		if (found) this.take(found);
	}

	/** useOther takes what another device wrote in place of what is here. */
	useOther(conversation: string, mode: Mode, take: boolean): void {
		const key = `${conversation}.${mode}`;
		const here = this.held.get(key);
		if (!here?.other) return;
		if (!take) return this.keep(key, { ...here, other: undefined });
		// What it replaces may be on the server by now: the choice goes there at once.
		const version = Math.max(here.version, here.other.version);
		this.adopt(key, { ...here.other, version }, true);
		void this.save(key);
	}

	private take(all: Drafts): void {
		for (const mode of ['reply', 'note'] as const) {
			const key = `${all.conversation_id}.${mode}`;
			const here = this.held.get(key) ?? nothing;
			const there = all.items.find((d) => d.mode === mode);
			const busy = here.dirty || this.saving.has(key);
			if (!there) {
				if (here.version > 0) this.settled.set(`${all.conversation_id} ${here.version}`, true);
				// Sent or taken back elsewhere: what stands here is that text, unless somebody went on with it.
				if (busy || here.version === 0 || (all.version ?? Infinity) < here.version) continue;
				if (here.other) this.keep(key, { ...here, version: 0, other: undefined });
				else this.adopt(key, undefined);
			} else if (there.version > here.version) {
				if (there.device === this.device) this.keep(key, { ...here, version: there.version });
				else if (there.text === here.text && !busy) this.keep(key, { ...here, version: there.version, other: undefined });
				else if (busy || (this.typing === key && !isEmpty(here))) this.keep(key, { ...here, other: there.text === here.text ? undefined : there });
				else this.adopt(key, there);
			}
		}
	}

	private adopt(key: string, draft: Draft | undefined, dirty = false): void {
		const turn = (this.held.get(key)?.turn ?? 0) + 1;
		clearTimeout(this.timers.get(key));
		this.keep(key, draft ? { text: draft.text, replyTo: draft.reply_to, files: draft.files, version: draft.version, dirty, turn } : { ...nothing, turn });
	}

	private keep(key: string, value: Held): void {
		this.held.set(key, value);
		if (isEmpty(value) && !value.dirty) localStorage.removeItem(this.prefix + key);
		else localStorage.setItem(this.prefix + key, JSON.stringify({ ...value, other: undefined }));
	}

	private flush(leaving = false): void {
		for (const [key, value] of this.held) if (value.dirty) void this.save(key, leaving);
	}

	/** save puts a draft on the server, and again while it changes meanwhile. */
	private async save(key: string, leaving = false): Promise<void> {
		clearTimeout(this.timers.get(key));
		if (this.saving.has(key) && !leaving) return;
		this.saving.add(key);
		const [conversation = '', mode] = key.split('.');
		try {
			for (let round = 0; round < 3; round++) {
				const now = this.held.get(key);
				if (!now?.dirty) return;
				const body = { mode, text: isEmpty(now) ? '' : now.text, reply_to: now.replyTo, file_ids: (now.files ?? []).map((f) => f.id), device: this.device };
				const { version } = await api.put<{ version: number }>(`/conversations/${conversation}/draft`, body, { keepalive: leaving });
				const after = this.held.get(key) ?? nothing;
				const same = after.text === now.text && after.replyTo === now.replyTo && after.files === now.files;
				this.keep(key, { ...after, version: isEmpty(now) ? 0 : Math.max(version, after.version), dirty: !same });
			}
		} catch (cause) {
			// Without a network, or a server that can't now, it stays here and is tried again. What is refused stays here alone.
			const error = cause as ApiError;
			const here = this.held.get(key);
			if (here && error instanceof ApiError && !error.later) this.keep(key, { ...here, dirty: false });
			else this.timers.set(key, setTimeout(() => void this.save(key), 10_000));
		} finally {
			this.saving.delete(key);
		}
	}
}

export const drafts = new DraftBook();
