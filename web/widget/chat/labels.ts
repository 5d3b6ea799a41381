// The widget's words. A deployment's own come first, by language and name (CH-1); the rest is here, a file
// for each language of which only one is fetched. {name} stands for a value; of a plural, name_one and
// name_other are forms, and those that a language has besides.

import type english from './labels.en.json';
import { languages } from './languages.ts';

export { languages };

export type LabelName = keyof typeof english;
/** One language: all names of English, and its own plural forms. */
export type Words = Record<LabelName, string> & Record<string, string>;
export type Labels = (name: LabelName, values?: Record<string, string | number>) => string;

/** What the widget speaks by itself. */
const files: Record<(typeof languages)[number], () => Promise<{ default: Words }>> = {
	en: () => import('./labels.en.json', { with: { type: 'json' } }),
	de: () => import('./labels.de.json', { with: { type: 'json' } }),
	fr: () => import('./labels.fr.json', { with: { type: 'json' } }),
	es: () => import('./labels.es.json', { with: { type: 'json' } }),
	ar: () => import('./labels.ar.json', { with: { type: 'json' } })
};
const spoken: Record<string, (typeof files)['en']> = files;

const languageOf = (locale: string): string => locale.split('-')[0]!.toLowerCase();

/** wordsIn fetches the words of a language; of one that the widget doesn't speak, the English ones. */
export const wordsIn = async (locale: string): Promise<Words> => (await (spoken[languageOf(locale)] ?? spoken['en']!)()).default;

/** labelsFor answers with the deployment's words before ours; an unknown name is empty. Numbers are written as the locale does. */
export function labelsFor(own: Record<string, string> | undefined, words: Words, locale: string): Labels {
	const shown = (value: string | number | undefined) => (typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : (value ?? ''));
	return (name, values = {}) => {
		const text = own?.[name] || words[name] || own?.[otherForm(name)] || words[otherForm(name)] || '';
		return text.replace(/\{(\w+)\}/g, (_, value: string) => shown(values[value]));
	};
}

/** The form of a plural that stands in for one that a language file or a deployment has no words for. */
const otherForm = (name: string) => name.replace(/_(zero|one|two|few|many)$/, '_other');

/** counted is the name of the form that a number takes in a language. */
export const counted = (name: 'waiting' | 'unread' | 'new_messages', count: number, locale: string): LabelName =>
	`${name}_${new Intl.PluralRules(locale).select(count)}` as LabelName;

/** localeOf makes a language tag of the snippet's code (pt_BR), or undefined when it is none. */
export function localeOf(language: string | undefined): string | undefined {
	try {
		return language ? Intl.getCanonicalLocales(language.replace(/_/g, '-'))[0] : undefined;
	} catch {
		return undefined;
	}
}

/**
 * localeFor is the language that the page asks for, if the widget or the deployment speaks it; else the
 * deployment's, with the customer's region where both speak it: en-GB writes dates unlike en-US.
 */
export function localeFor(deployment: string | undefined, page: string, browser: string): string {
	const [words, asked] = [localeOf(deployment), localeOf(page)];
	if (asked && (spoken[languageOf(asked)] || (words && languageOf(words) === languageOf(asked)))) return asked;
	const person = asked ?? localeOf(browser);
	const same = words !== undefined && person !== undefined && languageOf(person) === languageOf(words) && !words.includes('-');
	return (same ? person : (words ?? person)) ?? 'en';
}

const rightToLeft = new Set(['ar', 'dv', 'fa', 'ckb', 'he', 'iw', 'ps', 'sd', 'ug', 'ur', 'yi']);

/** isRightToLeft tells the direction in which a language is written. */
export const isRightToLeft = (locale: string): boolean => rightToLeft.has(languageOf(locale));
