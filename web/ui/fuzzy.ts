// How well a typed text names something, and by which of its letters. Every word of the text must be found: at
// the beginning of the name, at the beginning of one of its words, inside one, or scattered over it from the
// beginning of a word on ("nwcv" is New conversation). Quiet words beside the name count least, and never scattered.

export interface Match {
	/** Higher is better. */
	score: number;
	/** Which characters of the name were meant, by their index. */
	at: number[];
}

const WHOLE = 500;
const PREFIX = 400;
const WORD = 300;
const INSIDE = 200;
const SCATTERED = 100;
const BESIDE = 50;

/** folded is a text without accents and case, with the place of each letter in the original. */
function folded(text: string): { letters: string[]; places: number[] } {
	const letters: string[] = [];
	const places: number[] = [];
	let at = 0;
	for (const one of text) {
		for (const letter of one.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()) {
			letters.push(letter);
			places.push(at);
		}
		at += one.length;
	}
	return { letters, places };
}

const isLetter = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
const begins = (letters: string[], i: number) => isLetter(letters[i]) && !isLetter(letters[i - 1]);
const range = (from: number, length: number) => Array.from({ length }, (_, i) => from + i);

/** scattered finds the letters in their order, words' beginnings first; from each place one looks only ahead. */
function scattered(letters: string[], word: string[]): number[] | undefined {
	for (let start = 0; start < letters.length; start++) {
		if (letters[start] !== word[0] || !begins(letters, start)) continue;
		const at = [start];
		for (let w = 1; w < word.length; w++) {
			const from = at.at(-1)! + 1;
			const next = letters[from] === word[w] ? from : letters.findIndex((l, i) => i >= from && l === word[w] && begins(letters, i));
			const found = next >= 0 ? next : letters.indexOf(word[w]!, from);
			if (found < 0) break;
			at.push(found);
		}
		if (at.length === word.length) return at;
	}
	return undefined;
}

function find(letters: string[], word: string[]): Match | undefined {
	let inside = -1;
	for (let i = 0; i + word.length <= letters.length; i++) {
		if (!word.every((letter, w) => letters[i + w] === letter)) continue;
		if (i === 0) return { score: PREFIX, at: range(0, word.length) };
		if (begins(letters, i)) return { score: WORD, at: range(i, word.length) };
		if (inside < 0) inside = i;
	}
	if (inside >= 0) return { score: INSIDE, at: range(inside, word.length) };
	// One letter alone is everywhere.
	const at = word.length > 1 ? scattered(letters, word) : undefined;
	return at && { score: SCATTERED - Math.min(SCATTERED - BESIDE - 1, at.at(-1)! - at[0]! - word.length), at };
}

/** fuzzy matches a text with a name, and with what stands beside it. An empty text matches everything. */
export function fuzzy(name: string, text: string, beside = ''): Match | undefined {
	const words = text.trim().split(/\s+/).filter(Boolean).map((word) => folded(word).letters);
	if (words.length === 0) return { score: 0, at: [] };
	const { letters, places } = folded(name);
	const other = folded(beside).letters;
	const at = new Set<number>();
	let score = 0;
	for (const word of words) {
		const found = find(letters, word);
		if (found) {
			score += found.score;
			for (const i of found.at) at.add(places[i]!);
		} else {
			const near = find(other, word);
			if (!near || near.score < INSIDE) return undefined;
			score += near.score >= WORD ? BESIDE : BESIDE / 2;
		}
	}
	const whole = folded(text.trim()).letters;
	const bonus = letters.join('') === whole.join('') ? WHOLE : 0;
	return { score: score / words.length + bonus, at: [...at].sort((a, b) => a - b) };
}

export interface Ranked<C> {
	choice: C;
	at: number[];
}

/** rank keeps what the text names, the best first. Those used lately come first among equals, and all of them without a text. */
export function rank<C extends { id: string; label: string; hint?: string; group?: string }>(choices: C[], text: string, recent: string[] = []): Ranked<C>[] {
	const lately = (id: string) => (recent.includes(id) ? recent.length - recent.indexOf(id) : 0);
	return choices
		.flatMap((choice, place) => {
			const found = fuzzy(choice.label, text, `${choice.hint ?? ''} ${choice.group ?? ''}`);
			return found ? [{ choice, at: found.at, score: found.score, lately: lately(choice.id), place }] : [];
		})
		.sort((a, b) => b.score - a.score || b.lately - a.lately || a.place - b.place);
}
