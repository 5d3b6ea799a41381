// The console's words in Arabic.
import type { Translation } from '$ui/translate.ts';
import type { en } from './en.ts';

export { words as kit } from '$ui/words.ar.ts';

export const words: Translation<typeof en> = {};
