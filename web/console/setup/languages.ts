// Languages by their names in the reader's own.
import { locale } from '$ui/locale.ts';

const names = new Intl.DisplayNames(locale() ?? [], { type: 'language' });

/** languageName is the name of a language's code; of one that nobody knows, the code. */
export function languageName(code: string): string {
	try {
		return names.of(code) ?? code;
	} catch {
		return code;
	}
}
