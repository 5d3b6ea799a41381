// The set-up's words, in the set-up's own chunk. open.ts makes them speak the page's language.
import { translator } from '$ui/translate.ts';
import { enSetup } from '../i18n/en/administration.ts';

export const ts = translator(enSetup);
