// The set-up's words in German, in a chunk of their own.
import type { Translation } from '$ui/translate.ts';
import { business } from './de.business.ts';
import type { enSetup } from './en.setup.ts';

export const words: Translation<typeof enSetup> = {
	...business
};
