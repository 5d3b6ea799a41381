// One thing of the set-up being edited: what is saved, the draft beside it, and the difference. Saving
// sends only what changed, against the version that was read; each refusal finds its field. What was
// saved can be taken back, and what somebody else saved meanwhile is put beside one's own.
import { api, ApiError } from '../api/client.ts';
import { router } from '../router.svelte.ts';
import { differences, emptied, merged, same, type Difference, type Members } from './changes.ts';

interface Saved {
	/** None where the address names it by something else. */
	id?: string;
	version: number;
}

export interface EditorOptions<T> {
	/** Collection below /api/v1: "/queues". */
	collection: string;
	/** Where its pages are: "/setup/queues". */
	home: string;
	/** What a new one begins with. */
	fresh: () => Partial<T>;
	/** The members that can be changed, with what they are called in the save bar; parts of a member by
	 *  their path, such as "draft.branding.title". */
	names: Partial<Record<keyof T & string, string>> & Record<`${string}.${string}`, string>;
	/** Members whose earlier value nobody can give back, such as secrets. */
	forgotten?: (keyof T & string)[];
	/** How a value reads to people where it isn't plain text: names of ids, words of codes. */
	reads?: (path: string, value: unknown) => string | undefined;
	/** A thing that exists once (the organisation): its address has no id. */
	single?: boolean;
	/** Taken before the page of the new thing opens, for what is shown once. */
	oncreated?: (made: T) => void;
	/** After each save, where others hold a copy of the thing. */
	onsaved?: (saved: T) => void;
}

/** Somebody else saved first: what they did, and what of it meets one's own changes. */
export interface Conflict<T> {
	theirs: T;
	/** With one's own value where both changed the same. */
	rows: (Difference & { mine?: unknown; meets: boolean })[];
}

/** Editors whose pages are open: a thing that is restored is shown by one of them. */
const open = new Set<Editor<Saved>>();

export class Editor<T extends Saved> {
	saved = $state.raw<T | undefined>();
	draft = $state<T>({} as T);
	state = $state<'loading' | 'ready' | 'missing' | 'forbidden' | 'error'>('loading');
	problem = $state('');
	errors = $state<Record<string, string>>({});
	busy = $state(false);
	conflict = $state.raw<Conflict<T> | undefined>();
	/** The page that shows it is still there. */
	shown = true;

	constructor(
		readonly id: string,
		private options: EditorOptions<T>
	) {
		void this.load();
	}

	get isNew(): boolean {
		return this.id === 'new';
	}

	private get address(): string {
		return this.options.single ? this.options.collection : `${this.options.collection}/${this.id}`;
	}

	private get keys(): (keyof T & string)[] {
		return Object.keys(this.options.names).filter((name) => !name.includes('.')) as (keyof T & string)[];
	}

	nameOf(path: string): string {
		return (this.options.names as Record<string, string>)[path] ?? path;
	}

	reads(path: string, value: unknown): string | undefined {
		return this.options.reads?.(path, value);
	}

	/** The members that differ from what is saved. */
	readonly changed = $derived.by(() => (this.state === 'ready' ? this.keys.filter((k) => !same(this.draft[k], (this.saved ?? this.options.fresh())[k])) : []));
	/** What they are called, in the order of the page, each once. */
	readonly changedNames = $derived([...new Set(this.changed.flatMap((k) => differences((this.saved ?? this.options.fresh())[k], this.draft[k], k, this.options.names).map((d) => this.nameOf(d.path))))]);

	async load(): Promise<void> {
		this.state = 'loading';
		this.conflict = undefined;
		if (this.isNew) {
			this.draft = structuredClone(this.options.fresh()) as T;
			this.state = 'ready';
			return;
		}
		try {
			this.take(await api.get<T>(this.address));
			this.state = 'ready';
		} catch (cause) {
			const error = cause as ApiError;
			this.problem = error.message;
			this.state = error.status === 404 || error.status === 400 ? 'missing' : error.status === 403 ? 'forbidden' : 'error';
		}
	}

	/** take is what the server has now: it becomes both the saved state and the draft. */
	take(value: T): void {
		this.saved = value;
		this.draft = structuredClone(value);
		this.errors = {};
		this.problem = '';
		this.conflict = undefined;
	}

	discard(): void {
		if (this.saved) this.take(this.saved);
		else {
			this.state = 'loading'; // nothing is unsaved any more
			router.go(this.options.home);
		}
	}

	/** save answers how to take it back, or true where that is impossible, or false when it was refused. */
	async save(): Promise<boolean | (() => Promise<void>)> {
		this.busy = true;
		this.errors = {};
		this.problem = '';
		try {
			const draft = $state.snapshot(this.draft) as T;
			if (this.isNew) {
				const body = Object.fromEntries(this.keys.filter((k) => draft[k] !== undefined).map((k) => [k, draft[k]]));
				const made = await api.post<T>(this.options.collection, body, { idempotencyKey: crypto.randomUUID() });
				this.saved = made;
				this.draft = structuredClone(made);
				this.options.oncreated?.(made);
				this.options.onsaved?.(made);
				if (this.shown) router.go(`${this.options.home}/${made.id}`, { replace: true });
				return true;
			}
			const before = this.saved!;
			const keys = [...this.changed];
			this.take(await api.patch<T>(this.address, Object.fromEntries(keys.map((k) => [k, draft[k] ?? emptied(before[k])])), before.version));
			const after = this.saved!;
			this.options.onsaved?.(after);
			return keys.some((k) => this.options.forgotten?.includes(k)) ? true : () => this.undo(keys, before, after);
		} catch (cause) {
			const error = cause as ApiError;
			if (error.code === 'conflict' && 'version' in error.detail) return await this.meet();
			this.errors = error.fields;
			this.problem = error.message;
			return false;
		} finally {
			this.busy = false;
		}
	}

	/** Gives the members the values that they had before a save, unless somebody has saved since. What was
	 *  begun in the meantime stays. */
	private async undo(keys: (keyof T & string)[], before: T, after: T): Promise<void> {
		const value = await api.patch<T>(this.address, Object.fromEntries(keys.map((k) => [k, before[k] ?? emptied(after[k])])), after.version);
		this.options.onsaved?.(value);
		// The page may show the thing anew, from an editor of its own.
		for (const one of open) if (one.address === this.address) (one as unknown as Editor<T>).refresh(value);
	}

	/** refresh takes a newer state in, and keeps what is changed here. */
	refresh(value: T): void {
		if (!this.saved) return;
		const base = this.saved as unknown as Members;
		const mine = $state.snapshot(this.draft) as unknown as Members;
		const next = structuredClone(value) as unknown as Members;
		for (const key of this.keys) next[key] = merged(base[key], mine[key], next[key]);
		this.saved = value;
		this.draft = next as unknown as T;
	}

	/** meet puts what somebody else saved beside one's own. A version that is newer for nothing that can be
	 *  changed here is no conflict: the save goes on. */
	private async meet(): Promise<boolean | (() => Promise<void>)> {
		try {
			const theirs = await api.get<T>(this.address);
			const base = this.saved!;
			const rows = this.keys.flatMap((key) =>
				differences(base[key], theirs[key], key, this.options.names).map((d) => {
					const mine = at(this.draft, d.path);
					return { ...d, mine, meets: !same(mine, d.before) && !same(mine, d.after) };
				})
			);
			if (rows.length === 0) {
				this.refresh(theirs);
				return await this.save();
			}
			this.conflict = { theirs, rows };
		} catch (cause) {
			this.problem = (cause as Error).message;
		}
		return false;
	}

	/** Their state, without what was changed here. */
	takeTheirs(): void {
		if (this.conflict) this.take(this.conflict.theirs);
	}

	/** One's own changes, on top of theirs. */
	async keepMine(): Promise<boolean | (() => Promise<void>)> {
		if (!this.conflict) return false;
		this.refresh(this.conflict.theirs);
		this.conflict = undefined;
		return this.changed.length === 0 ? true : this.save();
	}

	async remove(): Promise<boolean> {
		try {
			await api.delete(this.address, this.saved?.version);
			this.saved = undefined;
			this.state = 'loading'; // nothing is unsaved any more
			router.go(this.options.home, { replace: true });
			return true;
		} catch (cause) {
			this.problem = (cause as ApiError).message;
			return false;
		}
	}

	/** The page shows it for as long as what it returns isn't called. */
	show(): () => void {
		this.shown = true;
		open.add(this as unknown as Editor<Saved>);
		return () => {
			this.shown = false;
			open.delete(this as unknown as Editor<Saved>);
		};
	}
}

function at(value: unknown, path: string): unknown {
	return path.split('.').reduce<unknown>((part, key) => (part as Members | undefined)?.[key], value);
}
