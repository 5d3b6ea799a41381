// The console's words in Spanish.
import type { Translation } from '$ui/translate.ts';
import type { en } from './en.ts';

export { words as kit } from '$ui/words.es.ts';

export const words: Translation<typeof en> = {};
