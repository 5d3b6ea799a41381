// The emoji that the palette offers, with their names and what else they are found by (from Unicode's CLDR).

/** By sign: the name, a comma, words to find it by. */
export type Emoji = Record<string, string>;

const known: Record<string, () => Promise<{ default: Emoji }>> = {
	en: () => import('./emoji.en.json', { with: { type: 'json' } }),
	de: () => import('./emoji.de.json', { with: { type: 'json' } }),
	fr: () => import('./emoji.fr.json', { with: { type: 'json' } }),
	es: () => import('./emoji.es.json', { with: { type: 'json' } }),
	ar: () => import('./emoji.ar.json', { with: { type: 'json' } })
};

/** emojiIn fetches them in a language; in one that isn't here, by their English names. */
export const emojiIn = async (locale: string): Promise<Emoji> => (await (known[locale.split('-')[0]!.toLowerCase()] ?? known['en']!)()).default;
