// The few words that the kit says by itself, in English; words.de.ts and its like have them in other languages.
export const words = {
	close: 'Close',
	cancel: 'Cancel',
	retry: 'Try again',
	loading: 'Loading',
	required: 'required',
	optional: 'optional',
	dismiss: 'Dismiss',
	remove: (what: string) => `Remove ${what}`,
	clear: (what: string) => `Clear ${what}`,
	copy: 'Copy',
	copyWhat: (what: string) => `Copy ${what}`,
	copied: 'Copied',
	/** What a countdown says: 12m left, 3m over. */
	left: (span: string) => `${span} left`,
	over: (span: string) => `${span} over`,
	noChoice: 'Nothing found',
	choices: (n: number) => (n === 1 ? '1 choice' : `${n} choices`),
	more: 'Show more',
	shown: (n: string, all: string) => `${n} of ${all}`,
	forbidden: 'This is not yours to see',
	forbiddenText: 'Your role has no permission for this. Ask an administrator.',
	breadcrumb: 'Where you are',
	steps: 'Steps',
	step: (n: number, all: number) => `Step ${n} of ${all}`,
	stepDone: 'done',
	fewer: 'Less',
	greater: 'More',
	drop: 'Drop a file here, or',
	dropMany: 'Drop files here, or',
	browse: 'choose',
	tooLarge: (name: string, most: string) => `${name} is larger than ${most}.`,
	wrongType: (name: string) => `${name} is not a kind of file that goes here.`,
	onlyOne: 'Only one file goes here.',
	selectAll: 'Select all',
	select: (what: string) => `Select ${what}`,
	selected: (n: number) => `${n} selected`,
	selectNone: 'Select none',
	nothing: 'Nothing here yet',
	moved: 'Size of the panes'
};

export type Words = typeof words;

/** sayIn puts another language's words in the place of the English ones. An app does so before it mounts. */
export const sayIn = (others: Partial<Words>): void => void Object.assign(words, others);
