// What the widget keeps on this browser, and where: in localStorage once the page and the browser allow
// it, until then in this tab.

/** What is kept, by key: for docs/widget.md, which a test compares with it. A key with a colon at its end begins many. */
export const keys = ['device', 'token', 'cursor', 'talk', 'seen', 'got', 'outbox:', 'draft:', 'invited', 'used'] as const;
export type Key = (typeof keys)[number];

/** What nobody has used for so long is taken away at the next visit. */
export const keptMs = 180 * 24 * 3_600_000;

/** Store is a small JSON store; the widget's keys of one deployment lie below one prefix. */
export interface Store {
	keys(folder: Key): string[];
	read<T>(key: string): T | undefined;
	write(key: string, value: unknown): void;
	remove(key: string): void;
	/** Whether other tabs and a reload see what is written. */
	readonly lasting: boolean;
	/**
	 * allow moves what is here to the browser's storage; what lies there already stays where goesFirst says
	 * so. It answers whether the store lasts now: browsers may refuse.
	 */
	allow(goesFirst: 'here' | 'there'): boolean;
	/** deny takes everything out of the browser's storage, of earlier visits too, and goes on in this tab. */
	deny(): void;
}

/** openStore touches the browser's storage only when allowed. */
export function openStore(prefix: string, allowed: boolean): Store {
	const here = memory();
	let there: Storage | undefined;
	const keysOf = (place: Storage | undefined, folder: string) =>
		Array.from({ length: place?.length ?? 0 }, (_, i) => place!.key(i)!)
			.filter((key) => key.startsWith(prefix + folder))
			.map((key) => key.slice(prefix.length));
	const store: Store = {
		get lasting() {
			return there !== undefined;
		},
		keys: (folder) => [...new Set([...keysOf(there, folder), ...keysOf(here, folder)])],
		read(key) {
			const text = here.getItem(prefix + key) ?? there?.getItem(prefix + key) ?? null;
			return text === null ? undefined : safely(() => JSON.parse(text));
		},
		write(key, value) {
			const text = JSON.stringify(value);
			// What a full storage refuses is kept here, so that a message being written is not lost with it.
			const written = there && safely(() => (there!.setItem(prefix + key, text), true));
			if (written) here.removeItem(prefix + key);
			else here.setItem(prefix + key, text);
		},
		remove(key) {
			there?.removeItem(prefix + key);
			here.removeItem(prefix + key);
		},
		allow(goesFirst) {
			there ??= lastingStorage();
			if (!there) return false;
			if (Date.now() - (store.read<number>('used') ?? Date.now()) > keptMs) for (const key of keysOf(there, '')) there.removeItem(prefix + key);
			for (const key of keysOf(here, '')) {
				if (goesFirst === 'there' && !/^outbox:/.test(key) && there.getItem(prefix + key) !== null) here.removeItem(prefix + key);
				else store.write(key, store.read(key));
			}
			store.write('used', Date.now());
			return true;
		},
		deny() {
			const place = there ?? lastingStorage();
			for (const key of keysOf(place, '')) {
				if (there && here.getItem(prefix + key) === null) here.setItem(prefix + key, there.getItem(prefix + key)!);
				place!.removeItem(prefix + key);
			}
			there = undefined;
		}
	};
	if (allowed) store.allow('there');
	return store;
}

/** lastingStorage is the browser's, unless it blocks that of frames. */
const lastingStorage = (): Storage | undefined => safely(() => (localStorage.getItem(''), localStorage));

function safely<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch {
		return undefined;
	}
}

/** memory is a Storage that ends with the tab. */
export function memory(): Storage {
	const values = new Map<string, string>();
	return {
		get length() {
			return values.size;
		},
		key: (i) => [...values.keys()][i] ?? null,
		getItem: (key) => values.get(key) ?? null,
		setItem: (key, value) => void values.set(key, value),
		removeItem: (key) => void values.delete(key),
		clear: () => values.clear()
	};
}
