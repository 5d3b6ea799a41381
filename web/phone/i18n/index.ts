// The phone page's language: English is complete; another one is a file beside en.ts with the same keys.
import { translator } from '$ui/translate.ts';
import { en } from './en.ts';

export const t = translator(en);
