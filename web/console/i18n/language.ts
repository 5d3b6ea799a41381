// Which language the console speaks: what its user chose, else the first of the browser's that it knows.

/** In their own names, as somebody looks for theirs. */
export const languages = [
	{ code: 'en', name: 'English' },
	{ code: 'de', name: 'Deutsch' },
	{ code: 'es', name: 'Español' },
	{ code: 'fr', name: 'Français' },
	{ code: 'ar', name: 'العربية' }
] as const;
export type Language = (typeof languages)[number]['code'];

const KEY = 'switchboard.language';
const isLanguage = (code: string | undefined): code is Language => languages.some((language) => language.code === code);
const primary = (tag: string) => tag.split('-')[0]!.toLowerCase();

/** resolve names the language, and the tag for Intl: with the region of the browser where it has one, as de-AT. */
export function resolve(chosen: string | undefined, browser: readonly string[]): { language: Language; tag: string } {
	const language = isLanguage(chosen) ? chosen : (browser.map(primary).find(isLanguage) ?? 'en');
	return { language, tag: browser.find((tag) => primary(tag) === language) ?? language };
}

/** chosen is kept in the browser too, so that the log-in page speaks it; '' is to do like the browser. */
export function chosen(): Language | '' {
	try {
		const kept = localStorage.getItem(KEY) ?? undefined;
		return isLanguage(kept) ? kept : '';
	} catch {
		return '';
	}
}

/** choose keeps a choice. The page says it when it is loaded again: so no part of it is left in the language before. */
export function choose(language: string): void {
	if (isLanguage(language)) localStorage.setItem(KEY, language);
	else localStorage.removeItem(KEY);
}

export const direction = (language: Language): 'ltr' | 'rtl' => (language === 'ar' ? 'rtl' : 'ltr');
