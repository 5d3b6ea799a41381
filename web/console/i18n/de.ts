// The console's words in German.
import type { Translation } from '$ui/translate.ts';
import type { en } from './en.ts';

export { words as kit } from '$ui/words.de.ts';

export const words: Translation<typeof en> = {};
