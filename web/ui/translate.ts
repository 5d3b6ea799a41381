// Message files: a flat object of key → text. {name} stands for a parameter; a key with the endings
// _one, _other … is chosen by the count's plural category. English is always there; another language is
// said by speak, and where it has no words for a key the English ones stand in.

type Params = Record<string, string | number>;
type PluralBase<K> = K extends `${infer B}_other` ? B : never;

export interface Translator<M extends Record<string, string>> {
	(key: keyof M & string, params?: Params): string;
	/** plural chooses among key_one, key_few, key_other … and fills {count}. */
	plural(key: PluralBase<keyof M & string>, count: number, params?: Params): string;
	has(key: string): key is keyof M & string;
	/** speak changes the language: what is said from now on is said in these words. */
	speak(language: string, words: Record<string, string>): void;
}

/** Another language's file: the keys of the English one, and the plural forms that the language has besides. */
export type Translation<M> = { readonly [K in keyof M | `${PluralBase<keyof M & string>}_${'zero' | 'one' | 'two' | 'few' | 'many'}`]?: string } & Readonly<Record<string, string | undefined>>;

interface Voice {
	words: Record<string, string>;
	rules: Intl.PluralRules;
	figures: Intl.NumberFormat;
}

/** translator reads one message file, in English until it is told to speak otherwise. */
export function translator<M extends Record<string, string>>(english: M): Translator<M> {
	const voice = (words: Record<string, string>, language: string): Voice => ({ words, rules: new Intl.PluralRules(language), figures: new Intl.NumberFormat(language) });
	const plain = voice(english, 'en');
	let spoken = plain;
	const fill = (text: string, params: Params = {}) =>
		text.replace(/\{(\w+)\}/g, (whole, name: string) => {
			const value = params[name];
			if (value === undefined) return whole;
			return typeof value === 'number' ? spoken.figures.format(value) : value;
		});
	const t = (key: string, params?: Params) => fill(spoken.words[key] ?? english[key] ?? key, params);
	const form = ({ words, rules }: Voice, key: string, count: number) => words[`${key}_${rules.select(count)}`] ?? words[`${key}_other`];
	return Object.assign(t, {
		plural: (key: string, count: number, params?: Params) => fill(form(spoken, key, count) ?? form(plain, key, count) ?? key, { count, ...params }),
		has: (key: string): key is keyof M & string => key in english,
		speak: (language: string, words: Record<string, string>) => void (spoken = voice(words, language))
	}) as Translator<M>;
}
