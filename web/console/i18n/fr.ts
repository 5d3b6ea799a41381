// The console's words in French.
import type { Translation } from '$ui/translate.ts';
import type { en } from './en.ts';

export { words as kit } from '$ui/words.fr.ts';

export const words: Translation<typeof en> = {};
