// The set-up's words in French, in a chunk of their own.
import type { Translation } from '$ui/translate.ts';
import { business } from './fr.business.ts';
import type { enSetup } from './en.setup.ts';

export const words: Translation<typeof enSetup> = {
	...business
};
