// The set-up's words about a business account in German.
import type { Translation } from '$ui/translate.ts';
import type { enBusiness } from './en.business.ts';

export const business: Translation<typeof enBusiness> = {};
