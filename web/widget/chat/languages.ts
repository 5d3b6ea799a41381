/** The languages that the widget speaks by itself. */
export const languages = ['en', 'de', 'fr', 'es', 'ar'] as const;
