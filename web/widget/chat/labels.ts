// The widget's words. A deployment's own come first, by language and name (CH-1); the rest is here.
// {name} stands for a value; of a plural, name_one and name_other are the forms.

import english from './labels.en.json' with { type: 'json' };

export type LabelName = keyof typeof english;
export type Labels = (name: LabelName, values?: Record<string, string | number>) => string;

/** labelsFor answers with the deployment's words before our own; an unknown name is empty. */
export function labelsFor(own: Record<string, string> | undefined): Labels {
	return (name, values = {}) => {
		const text = own?.[name] || english[name] || '';
		return text.replace(/\{(\w+)\}/g, (_, value: string) => String(values[value] ?? ''));
	};
}

/** counted is the name of the form that a number takes in a language; ours has _one and _other. */
export function counted(name: 'waiting' | 'unread' | 'new_messages', count: number, locale: string): LabelName {
	const form = new Intl.PluralRules(locale).select(count);
	return `${name}_${form === 'one' ? 'one' : 'other'}`;
}

/** localeOf makes a language tag of the snippet's code (pt_BR), or undefined when it is none. */
export function localeOf(language: string | undefined): string | undefined {
	try {
		return language ? Intl.getCanonicalLocales(language.replace(/_/g, '-'))[0] : undefined;
	} catch {
		return undefined;
	}
}

/** localeFor is the deployment's language with the customer's region where both speak it: en-GB writes dates unlike en-US. */
export function localeFor(deployment: string | undefined, customer: string): string {
	const [words, person] = [localeOf(deployment), localeOf(customer)];
	const same = words !== undefined && person?.split('-')[0] === words.split('-')[0] && !words.includes('-');
	return (same ? person : (words ?? person)) ?? 'en';
}

const rightToLeft = new Set(['ar', 'dv', 'fa', 'ckb', 'he', 'iw', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** isRightToLeft tells the direction in which a language is written. */
export const isRightToLeft = (locale: string): boolean => rightToLeft.has(locale.split('-')[0]!.toLowerCase());
