// What words of a text answer a search: the same rules as the server's (internal/search), so that what was
// found can be marked in any text. Ranges are in UTF-16 units.

const WORD = /[\p{L}\p{Nd}\p{M}]/u;
const MARK = /\p{M}/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const LONGEST = 40;
const PREFIX = 3;
const PHONE = /\d(?:[ \-./()\u00a0\u202f\u2011]{0,3}\d){6,}/g;
const PHONE_MARK = '#';

interface Word {
	spellings: string[];
	start: number;
	end: number;
}
interface Term {
	spellings: string[];
	prefix: boolean;
}
export type Range = [from: number, to: number];

const ALIKE: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', ı: 'i', þ: 'th' };
const UMLAUTS: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };
const fold = (s: string) =>
	s
		.normalize('NFKC')
		.toLowerCase()
		.normalize('NFKD')
		.replace(/\p{Mn}/gu, '')
		.replace(/[ßæœøđðłıþ]/g, (c) => ALIKE[c] ?? c);
const cut = (s: string) => [...s].slice(0, LONGEST).join('');

function spell(word: string): string[] {
	const plain = fold(word);
	if (plain === '') return [];
	const long = cut(fold(word.normalize('NFC').toLowerCase().replace(/[äöüåø]/g, (c) => UMLAUTS[c] ?? c)));
	return long === cut(plain) ? [long] : [cut(plain), long];
}

function pairs(text: string, at: number): Word[] {
	const chars: { folded: string; start: number; end: number }[] = [];
	for (const c of text) {
		const folded = fold(c);
		const last = chars.at(-1);
		if (folded) chars.push({ folded, start: at, end: at + c.length });
		else if (last) last.end += c.length;
		at += c.length;
	}
	return chars.map((c, i) => {
		const next = chars[i + 1];
		return { spellings: [c.folded + (next?.folded ?? '')], start: c.start, end: next?.end ?? c.end };
	});
}

function words(text: string): Word[] {
	const runs: { text: string; start: number; dense: boolean }[] = [];
	let open: (typeof runs)[number] | undefined;
	let unit = 0;
	for (const c of text) {
		if (!WORD.test(c)) open = undefined;
		else {
			const dense: boolean = open && MARK.test(c) ? open.dense : UNSPACED.test(c);
			if (open?.dense === dense) open.text += c;
			else runs.push((open = { text: c, start: unit, dense }));
		}
		unit += c.length;
	}
	const out = runs.flatMap((r) => {
		if (r.dense) return pairs(r.text, r.start);
		const spellings = spell(r.text);
		return spellings.length > 0 ? [{ spellings, start: r.start, end: r.start + r.text.length }] : [];
	});
	for (const phone of text.matchAll(PHONE)) {
		const digits = phone[0].replace(/\D/g, '');
		out.push({ spellings: [PHONE_MARK + digits.slice(-8)], start: phone.index, end: phone.index + phone[0].length });
	}
	return out;
}

/** terms are what a search asks for; the last word may be only begun. */
export function terms(query: string): Term[] {
	const all = words(query.trimStart());
	const phones = all.filter((w) => w.spellings[0]!.startsWith(PHONE_MARK));
	const plain = all.filter((w) => !phones.includes(w));
	const open = WORD.test([...query].at(-1) ?? '');
	const out: Term[] = [];
	plain.forEach((w, i) => {
		const before = plain[i - 1];
		if (before && before.start < w.start && before.end === w.end) return;
		const first = w.spellings[0]!;
		const term = { spellings: [...w.spellings], prefix: open && i === plain.length - 1 && (UNSPACED.test(first) || [...first].length >= PREFIX) };
		const at = phones.findIndex((p) => p.start <= w.start && w.end <= p.end);
		const phone = phones[at];
		if (phone) {
			if (phone.start < w.start || w.end < phone.end) return;
			term.spellings.push(...phone.spellings);
			phones.splice(at, 1);
		}
		out.push(term);
	});
	return [...out, ...phones.map((p) => ({ spellings: p.spellings, prefix: false }))];
}

const takes = (term: Term, spelling: string) => term.spellings.some((s) => spelling === s || (term.prefix && !s.startsWith(PHONE_MARK) && spelling.startsWith(s)));

/** marks are the places of a text that answer any of the terms, in order. */
export function marks(asked: Term[], text: string): Range[] {
	const hits = words(text)
		.filter((w) => asked.some((term) => w.spellings.some((s) => takes(term, s))))
		.map((w): Range => [w.start, w.end])
		.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
	const out: Range[] = [];
	for (const [from, to] of hits) {
		const last = out.at(-1);
		if (last && from <= last[1]) last[1] = Math.max(last[1], to);
		else out.push([from, to]);
	}
	return out;
}

/** parts cuts a text at its ranges. */
export function parts(text: string, ranges: Range[]): { text: string; hit: boolean }[] {
	const out: { text: string; hit: boolean }[] = [];
	let at = 0;
	for (const [from, to] of ranges) {
		if (from > at) out.push({ text: text.slice(at, from), hit: false });
		out.push({ text: text.slice(from, to), hit: true });
		at = to;
	}
	if (at < text.length) out.push({ text: text.slice(at), hit: false });
	return out;
}
