// Files on their way into a message: checked against what the channel takes, uploaded at once, sent by id.
import { bytes } from '$ui/format.ts';
import { upload } from '../api/client.ts';
import type { FileRef, FileRule } from '../api/types.ts';
import { t } from '../i18n/index.ts';

export interface Attachment {
	key: string;
	name: string;
	size: number;
	/** A local picture of it, until it is sent. */
	preview?: string;
	/** 0–1 while it is uploaded. */
	progress: number;
	problem?: string;
	/** The upload failed; the file itself is fine. */
	canRetry?: boolean;
	asLink: boolean;
	file?: FileRef;
	/** Absent when it was uploaded on another device. */
	source?: File;
	stop: AbortController;
}

const matches = (rule: FileRule, type: string) => rule.types.some((r) => r === type || (r.endsWith('/*') && type.startsWith(r.slice(0, -1))));

/** check tells what a channel does with a file: refuses it with a reason, or sends it as a link. */
export function check(rules: FileRule[] | undefined, file: { type: string; size: number }): { problem?: string; asLink: boolean } {
	const fitting = (rules ?? []).filter((r) => matches(r, file.type || 'application/octet-stream'));
	if (fitting.length === 0) return { problem: t('files.type'), asLink: false };
	// A picture that is made smaller on its way counts as going whole; -1 forbids the link by a later rule.
	const whole = Math.max(...fitting.map((r) => Math.max(r.max_bytes, r.shrink_bytes ?? 0)));
	const linked = fitting.some((r) => (r.as_link_bytes ?? 0) < 0) ? 0 : Math.max(...fitting.map((r) => r.as_link_bytes ?? 0));
	if (file.size > Math.max(whole, linked)) return { problem: t('files.large', { max: bytes(Math.max(whole, linked)) }), asLink: false };
	return { asLink: file.size > whole };
}

export class AttachmentTray {
	items = $state<Attachment[]>([]);

	constructor(private rules: () => FileRule[] | undefined) {}

	get busy(): boolean {
		return this.items.some((a) => !a.file && !a.problem);
	}
	get refused(): boolean {
		return this.items.some((a) => a.problem);
	}

	add(files: File[]): void {
		for (const source of files) {
			const key = crypto.randomUUID();
			const preview = source.type.startsWith('image/') ? URL.createObjectURL(source) : undefined;
			this.items.push({ key, name: source.name, size: source.size, preview, progress: 0, ...check(this.rules(), source), source, stop: new AbortController() });
			void this.upload(key);
		}
	}

	async upload(key: string): Promise<void> {
		const item = this.items.find((a) => a.key === key);
		if (!item?.source || (item.problem && !item.canRetry)) return;
		item.problem = undefined;
		item.canRetry = false;
		try {
			item.file = await upload<FileRef>(item.source, (share) => (item.progress = share), item.stop.signal);
		} catch (cause) {
			if ((cause as Error).name === 'AbortError') return;
			item.problem = (cause as Error).message;
			item.canRetry = true;
		}
	}

	/** What is uploaded already, as a draft keeps it. */
	get files(): FileRef[] {
		return this.items.flatMap((a) => (a.file ? [a.file] : []));
	}

	/** restore shows a draft's files, and keeps what is here of them. */
	restore(files: FileRef[]): void {
		for (const item of [...this.items]) if (!item.file || !files.some((f) => f.id === item.file?.id)) this.remove(item.key);
		for (const file of files) {
			if (this.items.some((a) => a.file?.id === file.id)) continue;
			const { problem, asLink } = check(this.rules(), file);
			this.items.push({ key: crypto.randomUUID(), name: file.name, size: file.size, preview: file.type.startsWith('image/') ? file.url : undefined, progress: 1, problem, asLink, file, stop: new AbortController() });
		}
	}

	remove(key: string): void {
		const item = this.items.find((a) => a.key === key);
		item?.stop.abort();
		if (item?.preview?.startsWith('blob:')) URL.revokeObjectURL(item.preview);
		this.items = this.items.filter((a) => a.key !== key);
	}

	/** take empties the tray and hands over what was uploaded. */
	take(): FileRef[] {
		const files = this.items.flatMap((a) => (a.file ? [a.file] : []));
		this.clear();
		return files;
	}

	clear(): void {
		for (const item of [...this.items]) this.remove(item.key);
	}
}
