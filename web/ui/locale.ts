// The language that numbers, dates and lists are written in. An app sets it before it mounts; until then it is the browser's.

let tag: string | undefined;

/** locale is what the formatters of Intl are made with; undefined is the browser's own. */
export const locale = (): string | undefined => tag;

export function setLocale(language: string): void {
	tag = language;
}

let zone: () => string | undefined = () => undefined;

/** timeZone is the one that times are written in; undefined is the browser's own. */
export const timeZone = (): string | undefined => zone();

/** setTimeZone takes a function, so that what is shown follows when its answer changes. */
export function setTimeZone(source: () => string | undefined): void {
	zone = source;
}

/** inLocale makes a formatter when it is first asked for, and another one after the language or the time zone has changed. */
export function inLocale<T>(make: (language: string | undefined, timeZone: string | undefined) => T): () => T {
	let made: { of: string | undefined; zone: string | undefined; it: T } | undefined;
	return () => {
		const now = zone();
		if (made?.of !== tag || made?.zone !== now) made = undefined;
		return (made ??= { of: tag, zone: now, it: make(tag, now) }).it;
	};
}

const numbers = inLocale((language) => new Intl.NumberFormat(language));
const lists = inLocale((language) => new Intl.ListFormat(language));

/** figures writes a number: 1,234 or 1.234. */
export const figures = (n: number): string => numbers().format(n);

/** listed joins texts: a, b and c. */
export const listed = (texts: Iterable<string>): string => lists().format(texts);
