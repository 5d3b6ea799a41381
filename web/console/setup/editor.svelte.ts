// One thing of the set-up being edited: what is saved, the draft beside it, and the difference. Saving
// sends only what changed, against the version that was read; each refusal finds its field.
import { api, ApiError } from '../api/client.ts';
import { router } from '../router.svelte.ts';

interface Saved {
	id: string;
	version: number;
}

export interface EditorOptions<T> {
	/** Collection below /api/v1: "/queues". */
	collection: string;
	/** Where its pages are: "/setup/queues". */
	home: string;
	/** What a new one begins with. */
	fresh: () => Partial<T>;
	/** The members that can be changed, with what they are called in the save bar. */
	names: Partial<Record<keyof T & string, string>>;
	/** A thing that exists once (the organisation): its address has no id. */
	single?: boolean;
	/** Taken before the page of the new thing opens, for what is shown once. */
	oncreated?: (made: T) => void;
}

/** What clears a member: the API reads an empty value of the same kind as none. */
function emptied(before: unknown): unknown {
	if (Array.isArray(before)) return [];
	if (typeof before === 'number') return 0;
	if (typeof before === 'boolean') return false;
	if (typeof before === 'object' && before !== null) return {};
	return '';
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export class Editor<T extends Saved> {
	saved = $state.raw<T | undefined>();
	draft = $state<T>({} as T);
	state = $state<'loading' | 'ready' | 'missing' | 'forbidden' | 'error'>('loading');
	problem = $state('');
	errors = $state<Record<string, string>>({});
	busy = $state(false);
	conflict = $state(false);

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
		return Object.keys(this.options.names) as (keyof T & string)[];
	}

	/** The members that differ from what is saved. */
	readonly changed = $derived.by(() => (this.state === 'ready' ? this.keys.filter((k) => !same(this.draft[k], (this.saved ?? this.options.fresh())[k])) : []));
	readonly changedNames = $derived(this.changed.map((k) => this.options.names[k] ?? k));

	async load(): Promise<void> {
		this.state = 'loading';
		this.conflict = false;
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
	}

	discard(): void {
		this.conflict = false;
		if (this.saved) this.take(this.saved);
		else router.go(this.options.home);
	}

	async save(): Promise<boolean> {
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
				router.go(`${this.options.home}/${made.id}`, { replace: true });
				return true;
			}
			const body = Object.fromEntries(this.changed.map((k) => [k, draft[k] ?? emptied(this.saved?.[k])]));
			this.take(await api.patch<T>(this.address, body, this.saved?.version ?? 0));
			return true;
		} catch (cause) {
			const error = cause as ApiError;
			this.errors = error.fields;
			this.conflict = error.code === 'conflict' && Object.keys(error.fields).length === 0;
			this.problem = error.message;
			return false;
		} finally {
			this.busy = false;
		}
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
}
