// How rules for sensitive data read.
import { locale } from '$ui/locale.ts';
import type { AuthorType } from '../api/types.ts';
import { ts } from './words.ts';

/** Whose texts rules can be for. */
export const authors: AuthorType[] = ['customer', 'agent', 'supervisor', 'bot'];
export const presets = ['payment_card', 'us_ssn', 'iban', 'phone', 'email'] as const;

export const finds = (preset: string) => (ts.has(`sensitive.preset.${preset}`) ? ts(`sensitive.preset.${preset}` as 'sensitive.preset.iban') : preset);
const author = (a: AuthorType) => (ts.has(`sensitive.of.${a}`) ? ts(`sensitive.of.${a}` as 'sensitive.of.customer') : a);
export const authorLabel = author;
export const whose = (of: AuthorType[]) => authors.every((a) => of.includes(a)) ? ts('sensitive.everybody') : new Intl.ListFormat(locale(), { type: 'conjunction' }).format(authors.filter((a) => of.includes(a)).map(author));
export const place = (name: string) => (ts.has(`sensitive.in.${name}`) ? ts(`sensitive.in.${name}` as 'sensitive.in.note') : name);

/** The server counts to 1000. */
export const many = (n: number) => new Intl.NumberFormat(locale()).format(n) + (n >= 1000 ? '+' : '');
