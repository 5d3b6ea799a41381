// The language that numbers, dates and lists are written in. An app sets it before it mounts; until then it is the browser's.

let tag: string | undefined;

/** locale is what the formatters of Intl are made with; undefined is the browser's own. */
export const locale = (): string | undefined => tag;

export function setLocale(language: string): void {
	tag = language;
}

/** inLocale makes a formatter when it is first asked for, and another one after the language has changed. */
export function inLocale<T>(make: (language: string | undefined) => T): () => T {
	let made: { of: string | undefined; it: T } | undefined;
	return () => (made?.of === tag && made ? made : (made = { of: tag, it: make(tag) })).it;
}

const numbers = inLocale((language) => new Intl.NumberFormat(language));
const lists = inLocale((language) => new Intl.ListFormat(language));

/** figures writes a number: 1,234 or 1.234. */
export const figures = (n: number): string => numbers().format(n);

/** listed joins texts: a, b and c. */
export const listed = (texts: Iterable<string>): string => lists().format(texts);
