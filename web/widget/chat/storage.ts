// The browser's storage, and what to do where it is blocked: then the tab remembers for itself.

/** Store is a small JSON store; the widget's keys of one deployment lie below one prefix. */
export interface Store {
	keys(folder: string): string[];
	read<T>(key: string): T | undefined;
	write(key: string, value: unknown): void;
	remove(key: string): void;
	/** Whether other tabs and a reload see what is written. */
	readonly lasting: boolean;
}

/** openStore is over localStorage, or over memory where the browser refuses it (third-party storage blocked). */
export function openStore(prefix: string): Store {
	const storage = lastingStorage() ?? memory();
	// What a full storage refuses is kept here, so that a message being written is not lost with it.
	const overflow = memory();
	const keysOf = (place: Storage, folder: string) =>
		Array.from({ length: place.length }, (_, i) => place.key(i)!)
			.filter((key) => key.startsWith(prefix + folder))
			.map((key) => key.slice(prefix.length));
	return {
		lasting: storage === safely(() => localStorage),
		keys: (folder) => [...new Set([...keysOf(storage, folder), ...keysOf(overflow, folder)])],
		read(key) {
			const text = overflow.getItem(prefix + key) ?? storage.getItem(prefix + key);
			return text === null ? undefined : safely(() => JSON.parse(text));
		},
		write(key, value) {
			const text = JSON.stringify(value);
			const written = safely(() => (storage.setItem(prefix + key, text), true));
			if (written) overflow.removeItem(prefix + key);
			else overflow.setItem(prefix + key, text);
		},
		remove(key) {
			storage.removeItem(prefix + key);
			overflow.removeItem(prefix + key);
		}
	};
}

function lastingStorage(): Storage | undefined {
	return safely(() => {
		localStorage.setItem('switchboard:probe', '1');
		localStorage.removeItem('switchboard:probe');
		return localStorage;
	});
}

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
