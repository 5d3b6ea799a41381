// A file's signed link, which runs out: when loading it fails, a new one is asked for, once in a while.
import { api } from '../../api/client.ts';
import type { FileRef } from '../../api/types.ts';

/** Within this time a second failure is the file's own, not the link's. */
const AGAIN_AFTER = 30_000;

export class Signed {
	/** The link that failed for good. */
	private failed = $state('');
	private fresh = $state.raw<{ id: string; url: string } | undefined>();
	private asked = 0;

	constructor(private file: () => FileRef) {}

	get url(): string {
		const file = this.file();
		return (this.fresh?.id === file.id ? this.fresh.url : file.url) ?? '';
	}

	/** It can't be shown, by a fresh link neither. */
	get broken(): boolean {
		return this.failed !== '' && this.failed === this.url;
	}

	/** The same bytes as a download, whatever the browser could show of them. */
	get download(): string {
		return also(this.url, 'download');
	}

	/** renew is for onerror. */
	async renew(): Promise<void> {
		const file = this.file();
		if (Date.now() - this.asked < AGAIN_AFTER) return void (this.failed = this.url);
		this.asked = Date.now();
		const fresh = await api.get<FileRef>(`/files/${file.id}`).catch(() => undefined);
				// The same link again is no new one; what it leads to can't be shown.
		if (!fresh?.url || fresh.url === this.url) this.failed = this.url;
		else this.fresh = { id: file.id, url: fresh.url };
	}
}

/** Asks for another form of a file by its link. What is signed doesn't change. */
export function also(url: string, what: 'download' | 'small'): string {
	if (!url) return '';
	return `${url}${url.includes('?') ? '&' : '?'}${what}=1`;
}
