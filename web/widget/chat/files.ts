// Files that wait to be sent: what may be sent, and where the bytes lie until they are.

/** What web messaging takes when the deployment says nothing else (CH-1). */
const ownTypes = ['application/pdf', 'image/png', 'image/jpeg', 'image/bmp', 'image/gif', 'image/tiff'];
const ownMaxBytes = 5 * 1024 * 1024;

const byEnding: Record<string, string> = {
	pdf: 'application/pdf',
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	bmp: 'image/bmp',
	gif: 'image/gif',
	tif: 'image/tiff',
	tiff: 'image/tiff'
};

export interface FileRules {
	types: string[];
	maxBytes: number;
}

/** rulesOf reads the deployment's settings: types are media types or endings. */
export function rulesOf(settings: { fileTypes?: string[]; maxFileBytes?: number } | undefined): FileRules {
	const types = settings?.fileTypes?.map((type) => byEnding[type.toLowerCase().replace(/^\./, '')] ?? type.toLowerCase());
	return { types: types?.length ? [...new Set(types)] : ownTypes, maxBytes: settings?.maxFileBytes || ownMaxBytes };
}

/** typeOf is a file's media type; browsers know none for some, whose ending then tells. */
export const typeOf = (name: string, type: string): string =>
	type === 'image/jpg' ? 'image/jpeg' : type || byEnding[name.split('.').at(-1)?.toLowerCase() ?? ''] || '';

/** complaintAbout is the label of why a file can't be sent, or nothing. */
export function complaintAbout(rules: FileRules, file: { name: string; type: string; size: number }): 'file_type' | 'file_size' | 'file_empty' | undefined {
	if (!rules.types.includes(typeOf(file.name, file.type))) return 'file_type';
	if (file.size > rules.maxBytes) return 'file_size';
	return file.size === 0 ? 'file_empty' : undefined;
}

/** shown tells whether browsers draw an image of this type; TIFF they don't. */
export const shown = (type: string): boolean => /^image\/(png|jpeg|gif|bmp|webp)$/.test(type);

/**
 * FileStore keeps the bytes of unsent files in IndexedDB, where every tab finds them after a reload;
 * where that is blocked, in this tab until it closes.
 */
export class FileStore {
	private readonly here = new Map<string, Blob>();

	constructor(private readonly name: string) {}

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
