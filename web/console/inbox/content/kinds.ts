// What a document is, for its card.
export type Kind = 'pdf' | 'text' | 'table' | 'words' | 'slides' | 'archive' | 'picture' | 'sound' | 'film' | 'contact' | 'other';

export function kindOf(type: string): Kind {
	if (type === 'application/pdf') return 'pdf';
	if (type === 'text/csv' || /spreadsheet|ms-excel/.test(type)) return 'table';
	if (/wordprocessing|msword|rtf|opendocument\.text/.test(type)) return 'words';
	if (/presentation|powerpoint/.test(type)) return 'slides';
	if (/zip|tar|gzip|7z|rar/.test(type)) return 'archive';
	if (type.endsWith('vcard')) return 'contact';
	if (type.startsWith('text/') || type === 'application/json') return 'text';
	if (type.startsWith('image/')) return 'picture';
	if (type.startsWith('audio/')) return 'sound';
	if (type.startsWith('video/')) return 'film';
	return 'other';
}

/** What can be read here without leaving the conversation. */
export const readable = (type: string) => type.startsWith('text/') && type !== 'text/html' || type === 'application/json';

/** A larger PDF is for a program of its own. */
const PDF_BYTES = 25 << 20;
/** What can be paged through here. */
export const pageable = (file: { type: string; size: number }) => file.type === 'application/pdf' && file.size <= PDF_BYTES;

/** How much of a text is read. */
export const READ_BYTES = 100_000;
const ROWS = 200;
const COLUMNS = 30;

/** rows reads the beginning of a CSV. The separator is the one that its first line has most of. */
export function rows(text: string): string[][] {
	const first = text.slice(0, (text.indexOf('\n') + 1 || text.length + 1) - 1);
	const by = [',', ';', '\t'].reduce((best, one) => (first.split(one).length > first.split(best).length ? one : best));
	const out: string[][] = [];
	let row: string[] = [];
	let cell = '';
	let quoted = false;
	const close = () => {
		if (row.length < COLUMNS) row.push(cell);
		cell = '';
	};
	for (let i = 0; i < text.length && out.length < ROWS; i++) {
		const c = text[i]!;
		if (quoted) {
			if (c !== '"') cell += c;
			else if (text[i + 1] === '"') cell += text[++i]!;
			else quoted = false;
		} else if (c === '"' && cell === '') quoted = true;
		else if (c === by) close();
		else if (c === '\n') {
			close();
			out.push(row);
			row = [];
		} else if (c !== '\r') cell += c;
	}
	if (out.length < ROWS && (cell !== '' || row.length > 0)) {
		close();
		out.push(row);
	}
	return out;
}
