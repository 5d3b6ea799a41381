// The words of the security checklist, and what the places of the set-up are looked for by, in Arabic.
import type { Translation } from '$ui/translate.ts';
import type { enSecurity } from './en.security.ts';

export const security: Translation<typeof enSecurity> = {};
