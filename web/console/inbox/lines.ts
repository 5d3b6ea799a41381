// From entries to what a reader sees: days, session bounds, quiet events, messages grouped by author and
// minute. Reactions, edits and deletions are entries that point at an earlier one; here they find it.
import { dayNumber } from '$ui/format.ts';
import type { Entry, Masked } from '../api/types.ts';

export type Line =
	| { kind: 'day'; key: string; at: string }
	| { kind: 'unread'; key: string }
	| { kind: 'bound'; key: string; entry: Entry }
	| { kind: 'events'; key: string; entries: Entry[] }
	/** What was said in a session that has been deleted: that it was, and nothing of it. */
	| { kind: 'erased'; key: string; session: string; count: number }
	| { kind: 'group'; key: string; entries: Entry[] };

export interface Reacted {
	emoji: string;
	/** Name of who put it; empty when it isn't known. */
	by: string;
	type: string;
	/** Who put it, by id: a user's for staff. */
	author: string;
	status: string;
}

/** What later entries say about an earlier one. */
export interface Afterthoughts {
	/** The latest reaction of each author. */
	reactions: Reacted[];
	editedText?: string;
	/** What rules took out of it. */
	editedMasked?: Masked[];
	deleted?: Entry;
}

const NEXT_MINUTE = 60_000;
const BOUNDS = new Set(['session_started', 'session_ended']);
const POINTERS = new Set(['edited', 'deleted']);

const author = (e: Entry) => `${e.author.type}:${e.author.id ?? e.author.name ?? ''}:${e.kind}`;

/** pointers gathers reactions, edits and deletions by the entry they speak of. */
export function pointers(entries: Entry[]): Map<string, Afterthoughts> {
	type Gathered = Afterthoughts & { byAuthor: Map<string, Reacted> };
	const found = new Map<string, Gathered>();
	for (const entry of entries) {
		if (!entry.refers_to) continue;
		const type = entry.content.event?.type;
		if (entry.kind !== 'reaction' && !POINTERS.has(type ?? '')) continue;
		const about: Gathered = found.get(entry.refers_to) ?? { reactions: [], byAuthor: new Map() };
		found.set(entry.refers_to, about);
		if (entry.kind === 'reaction') {
			const emoji = entry.content.reaction?.emoji ?? '';
			const key = `${entry.author.type}:${entry.author.id ?? ''}`;
			if (emoji) about.byAuthor.set(key, { emoji, by: entry.author.name ?? '', type: entry.author.type, author: entry.author.id ?? '', status: entry.status });
			else about.byAuthor.delete(key);
			about.reactions = [...about.byAuthor.values()];
		} else if (type === 'deleted') about.deleted = entry;
		else {
			about.editedText = entry.content.text;
			about.editedMasked = entry.content.masked ?? [];
		}
	}
	return found;
}

/** Whether the entry is shown at another one and takes no line of its own. */
function isPointer(entry: Entry, known: Set<string>): boolean {
	if (!entry.refers_to || !known.has(entry.refers_to)) return false;
	return entry.kind === 'reaction' || POINTERS.has(entry.content.event?.type ?? '');
}

/** A new session waits at once: its start says that already. */
function isPlain(entry: Entry): boolean {
	const event = entry.content.event;
	return event?.type === 'session_status' && event.from === 'new' && event.to === 'waiting';
}

/** lines lays the entries out; readSeq is where the reader stood, for the unread mark (0: none). */
export function lines(entries: Entry[], readSeq: number): Line[] {
	const known = new Set(entries.map((e) => e.id));
	const out: Line[] = [];
	let day = NaN;
	let marked = readSeq === 0;
	for (const entry of entries) {
		if (isPointer(entry, known) || isPlain(entry)) continue;
		if (dayNumber(entry.created_at) !== day) {
			day = dayNumber(entry.created_at);
			out.push({ kind: 'day', key: `day:${day}`, at: entry.created_at });
		}
		if (entry.erased_at) {
			const before = out.at(-1);
			if (before?.kind === 'erased' && before.session === entry.session_id) before.count++;
			else out.push({ kind: 'erased', key: entry.id, session: entry.session_id, count: 1 });
			continue;
		}
		if (!marked && entry.seq > readSeq && entry.author.type === 'customer' && entry.kind === 'message') {
			marked = true;
			if (out.some((l) => l.kind === 'group')) out.push({ kind: 'unread', key: 'unread' });
		}
		const last = out.at(-1);
		if (entry.kind === 'event') {
			if (BOUNDS.has(entry.content.event?.type ?? '')) out.push({ kind: 'bound', key: entry.id, entry });
			else if (last?.kind === 'events') last.entries.push(entry);
			else out.push({ kind: 'events', key: entry.id, entries: [entry] });
			continue;
		}
		const before = last?.kind === 'group' ? last.entries.at(-1) : undefined;
		const near = before && author(before) === author(entry) && Date.parse(entry.created_at) - Date.parse(before.created_at) < NEXT_MINUTE;
		if (near && last?.kind === 'group') last.entries.push(entry);
		else out.push({ kind: 'group', key: entry.id, entries: [entry] });
	}
	return out;
}

/** unchanged gives back the lines of before wherever they say the same, so that only what is new is drawn. */
export function unchanged(now: Line[], before: Line[]): Line[] {
	const old = new Map(before.map((line) => [line.key, line]));
	const held = (line: Line): unknown[] => {
		if (line.kind === 'group' || line.kind === 'events') return line.entries;
		return line.kind === 'bound' ? [line.entry] : line.kind === 'erased' ? [line.count] : [];
	};
	return now.map((line) => {
		const was = old.get(line.key);
		if (was?.kind !== line.kind) return line;
		const [a, b] = [held(was), held(line)];
		return a.length === b.length && a.every((one, i) => one === b[i]) ? was : line;
	});
}

/** Reactions by emoji, the most frequent first, each with who put it. */
export function grouped(reactions: Reacted[]): { emoji: string; all: Reacted[] }[] {
	const by = new Map<string, Reacted[]>();
	for (const one of reactions) by.set(one.emoji, [...(by.get(one.emoji) ?? []), one]);
	return [...by].map(([emoji, all]) => ({ emoji, all })).sort((a, b) => b.all.length - a.all.length);
}
