// The kit's words in Spanish. Imports nothing but types: it is fetched while the app waits.
import type { Words } from './words.ts';

export const words: Partial<Words> = {};
