// What a text finds among choices. Every word must begin a word of the choice; where the name begins with
// the text comes first, then where words of the name do, then what only the quiet text or group has.

export interface Choosable {
	label: string;
	hint?: string;
	group?: string;
}

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
const begins = (text: string, word: string) => text.startsWith(word) || new RegExp(`[^\\p{L}\\p{N}]${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'u').test(text);

/** matching keeps those that the text finds, the best first; the order stays among equals. */
export function matching<C extends Choosable>(choices: C[], text: string): C[] {
	const whole = fold(text.trim());
	const wanted = whole.split(/\s+/).filter(Boolean);
	if (wanted.length === 0) return choices;
	const ranked = choices.flatMap((choice, at) => {
		const name = fold(choice.label);
		const all = `${name} ${fold(choice.hint ?? '')} ${fold(choice.group ?? '')}`;
		if (!wanted.every((word) => begins(all, word))) return [];
		const rank = name.startsWith(whole) ? 0 : wanted.every((word) => begins(name, word)) ? 1 : 2;
		return [{ choice, rank, at }];
	});
	return ranked.sort((a, b) => a.rank - b.rank || a.at - b.at).map((one) => one.choice);
}

/** parted puts choices of one group beside each other, groups in the order of their first choice. */
export function parted<C extends Choosable>(choices: C[]): { group: string; choices: C[] }[] {
	const parts = new Map<string, C[]>();
	for (const choice of choices) {
		const group = choice.group ?? '';
		parts.set(group, [...(parts.get(group) ?? []), choice]);
	}
	return [...parts].map(([group, list]) => ({ group, choices: list }));
}
