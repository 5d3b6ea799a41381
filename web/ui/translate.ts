// Message files: a flat object of key → text. {name} stands for a parameter; a key with the endings
// _one, _other … is chosen by the count's plural category.

type Params = Record<string, string | number>;
type PluralBase<K> = K extends `${infer B}_other` ? B : never;

export interface Translator<M extends Record<string, string>> {
	(key: keyof M & string, params?: Params): string;
	/** plural chooses among key_one, key_few, key_other … and fills {count}. */
	plural(key: PluralBase<keyof M & string>, count: number, params?: Params): string;
	has(key: string): key is keyof M & string;
}

/** translator reads one message file in one language. */
export function translator<M extends Record<string, string>>(messages: M, language: string): Translator<M> {
	const rules = new Intl.PluralRules(language);
	const figures = new Intl.NumberFormat(language);
	const fill = (text: string, params: Params = {}) =>
		text.replace(/\{(\w+)\}/g, (whole, name: string) => {
			const value = params[name];
			if (value === undefined) return whole;
			return typeof value === 'number' ? figures.format(value) : value;
		});
	const t = (key: string, params?: Params) => fill(messages[key] ?? key, params);
	return Object.assign(t, {
		plural: (key: string, count: number, params?: Params) => {
			const exact = `${key}_${rules.select(count)}`;
			return t(exact in messages ? exact : `${key}_other`, { count, ...params });
		},
		has: (key: string): key is keyof M & string => key in messages
	}) as Translator<M>;
}
