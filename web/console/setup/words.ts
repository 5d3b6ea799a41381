// The set-up's words, in the set-up's own chunk.
import { translator } from '$ui/translate.ts';
import { enSetup } from '../i18n/en.setup.ts';

export const ts = translator(enSetup, 'en');
