// The set-up's words in Arabic, in a chunk of their own.
import type { Translation } from '$ui/translate.ts';
import { business } from './ar.business.ts';
import type { enSetup } from './en.setup.ts';

export const words: Translation<typeof enSetup> = {
	...business
};
