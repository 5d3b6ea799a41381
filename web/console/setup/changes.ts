// What differs between two states of a thing, member by member, and how two people's changes of the same
// thing are put together. Pure, so that it can be tested without a page.

export type Members = Record<string, unknown>;

export const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What clears a member: the API reads an empty value of the same kind as none. */
export function emptied(before: unknown): unknown {
	if (Array.isArray(before)) return [];
	if (typeof before === 'number') return 0;
	if (typeof before === 'boolean') return false;
	if (isObject(before)) return {};
	return '';
}

export interface Difference {
	/** "routing.mode": the deepest path that has a name, or else the member itself. */
	path: string;
	before: unknown;
	after: unknown;
}

/** differences lists what changed, as deep as there are names for it. */
export function differences(before: unknown, after: unknown, path: string, names: Record<string, string | undefined>): Difference[] {
	if (same(before, after)) return [];
	const deeper = Object.keys(names).some((name) => name.startsWith(`${path}.`));
	if (!deeper || (!isObject(before) && !isObject(after))) return [{ path, before, after }];
	const [a, b] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
	const found = [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differences(a[key], b[key], `${path}.${key}`, names));
	// What has no name of its own is told once, as the whole.
	const named = found.filter((one) => names[one.path]);
	return found.length > named.length ? [...named, { path, before, after }] : named;
}

/** merged is mine where I changed something, and theirs everywhere else. Objects are put together member
 *  by member, lists are one value. */
export function merged(base: unknown, mine: unknown, theirs: unknown): unknown {
	if (same(base, mine)) return theirs;
	if (same(base, theirs) || !isObject(mine) || !isObject(theirs)) return mine;
	const from = isObject(base) ? base : {};
	return Object.fromEntries(
		[...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
			.map((key) => [key, merged(from[key], mine[key], theirs[key])] as const)
			.filter(([, value]) => value !== undefined)
	);
}
