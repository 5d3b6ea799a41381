// Where the bytes of unsent files lie until they are sent.

/**
 * FileStore keeps the bytes of unsent files in IndexedDB, where every tab finds them after a reload;
 * where that is blocked, or as long as the page doesn't allow it, in this tab until it closes.
 */
export class FileStore {
	private readonly here = new Map<string, Blob>();

	constructor(
		private readonly name: string,
		private readonly allowed: () => boolean
	) {}

	/** allow stores what was kept in this tab so far. */
	async allow(): Promise<void> {
		for (const [id, file] of this.here) await this.with('readwrite', (files) => files.put(file, id));
	}

	/** deny takes the files out of the browser. Those of this tab stay here. */
	deny() {
		try {
			indexedDB.deleteDatabase(this.name);
		} catch {
			// Blocked: then there is nothing.
		}
	}

	async put(id: string, file: Blob): Promise<void> {
		this.here.set(id, file);
		await this.with('readwrite', (files) => files.put(file, id));
	}

	async get(id: string): Promise<Blob | undefined> {
		const found = this.here.get(id) ?? (await this.with('readonly', (files) => files.get(id)));
		return found instanceof Blob ? found : undefined;
	}

	async remove(id: string): Promise<void> {
		this.here.delete(id);
		await this.with('readwrite', (files) => files.delete(id));
	}

	private async with(mode: IDBTransactionMode, work: (files: IDBObjectStore) => IDBRequest): Promise<unknown> {
		if (!this.allowed()) return undefined;
		try {
			const opening = indexedDB.open(this.name, 1);
			opening.onupgradeneeded = () => opening.result.createObjectStore('files');
			const database = await settled(opening);
			try {
				return await settled(work(database.transaction('files', mode).objectStore('files')));
			} finally {
				database.close();
			}
		} catch {
			// Blocked or full: the copy in this tab is all there is.
			return undefined;
		}
	}
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
	new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
