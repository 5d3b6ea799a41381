// The console's words. English is in the app; of the other languages one is fetched before the app mounts, and
// the set-up's words with the set-up. So t is not to be asked while modules load, only from components on.
import { setLocale } from '$ui/locale.ts';
import { translator, type Translation } from '$ui/translate.ts';
import { sayIn, type Words } from '$ui/words.ts';
import { en } from './en/main.ts';
import type { enSetup } from './en/administration.ts';
import { chosen, direction, resolve, type Language } from './language.ts';

export const t = translator(en);

interface Files {
	main: () => Promise<{ words: Translation<typeof en>; kit: Partial<Words> }>;
	setup: () => Promise<{ words: Translation<typeof enSetup> }>;
	server: () => Promise<{ words: Record<string, string> }>;
}
const files: Record<Exclude<Language, 'en'>, Files> = {
	de: { main: () => import('./de/main.ts'), setup: () => import('./de/administration.ts'), server: () => import('./de/server.ts') },
	es: { main: () => import('./es/main.ts'), setup: () => import('./es/administration.ts'), server: () => import('./es/server.ts') },
	fr: { main: () => import('./fr/main.ts'), setup: () => import('./fr/administration.ts'), server: () => import('./fr/server.ts') },
	ar: { main: () => import('./ar/main.ts'), setup: () => import('./ar/administration.ts'), server: () => import('./ar/server.ts') }
};

const { language, tag } = resolve(chosen(), typeof navigator === 'undefined' ? [] : navigator.languages);
/** speaks is the language of this page, until it is loaded again. */
export const speaks = language;

/** speak fetches the words and turns the page. Words that can't be fetched are said in English. */
export async function speak(): Promise<void> {
	setLocale(tag);
	if (language === 'en') return;
	const file = await files[language].main().catch(() => undefined);
	if (!file) return setLocale('en');
	t.speak(tag, file.words as Record<string, string>);
	sayIn(file.kit);
	document.documentElement.lang = tag;
	document.documentElement.dir = direction(language);
}

/** setupWords fetches the words of the set-up, of which English stands with the set-up itself. */
export async function setupWords(): Promise<{ tag: string; words: Record<string, string> } | undefined> {
	if (language === 'en' || document.documentElement.lang !== tag) return undefined;
	return { tag, words: (await files[language].setup()).words as Record<string, string> };
}

/** serverWords fetches the sentences of the server by their English templates; in English there are none to say. */
export async function serverWords(): Promise<Record<string, string>> {
	return language === 'en' || document.documentElement.lang !== tag ? {} : (await files[language].server()).words;
}
