// Merge fields that are still to be filled in a text: what a quick text had no value for.
const FIELD = /\{\{\s*(?:(?:customer|agent|queue|session|org)\.[a-z_]+|prechat\.[\p{L}\p{N}_.-]+)\s*(?:\|[^{}]*)?\}\}/gu;

export interface Part {
	text: string;
	open: boolean;
}

/** parts cuts a text at its open fields. */
export function parts(text: string): Part[] {
	const out: Part[] = [];
	let at = 0;
	for (const found of text.matchAll(FIELD)) {
		if (found.index > at) out.push({ text: text.slice(at, found.index), open: false });
		out.push({ text: found[0], open: true });
		at = found.index + found[0].length;
	}
	if (at < text.length) out.push({ text: text.slice(at), open: false });
	return out;
}

export const openFields = (text: string): string[] => [...new Set(parts(text).filter((p) => p.open).map((p) => p.text))];

/** fuzzy scores how well letters are found in a text, in their order: lower is better, undefined is not at all. */
export function fuzzy(query: string, text: string): number | undefined {
	if (query === '') return 0;
	const q = query.toLowerCase();
	const t = text.toLowerCase();
	const whole = t.indexOf(q);
	if (whole >= 0) return whole === 0 ? 0 : /[\s_-]/.test(t[whole - 1] ?? '') ? 1 : 2;
	let at = -1;
	let gaps = 0;
	for (const letter of q) {
		const next = t.indexOf(letter, at + 1);
		if (next < 0) return undefined;
		if (at >= 0) gaps += next - at - 1;
		at = next;
	}
	return gaps > 3 * q.length ? undefined : 3 + gaps;
}
