// Files: which may be sent, and which browsers draw.

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
