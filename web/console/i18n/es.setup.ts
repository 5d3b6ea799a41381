// The set-up's words in Spanish, in a chunk of their own.
import type { Translation } from '$ui/translate.ts';
import { business } from './es.business.ts';
import type { enSetup } from './en.setup.ts';

export const words: Translation<typeof enSetup> = {
	...business
};
