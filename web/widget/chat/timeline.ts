// The conversation as the customer sees it, and what can be read from it. How entries change it is in
// entries.ts.

import type { Said } from './content.ts';

/** What became of a message; a higher one replaces a lower one, never the other way (SL-5). */
export type Receipt = 'sent' | 'delivered' | 'read';
export const rank: Record<Receipt, number> = { sent: 1, delivered: 2, read: 3 };

/** A quiet line between the messages. */
export type Notice =
	| { kind: 'joined' | 'left'; name: string }
	| { kind: 'ended'; by: string }
	| { kind: 'unrouted' };

export interface Line {
	/** The client-made id of the customer's own messages, the entry's identifier of all others. */
	id: string;
	/** The entry's identifier, which receipts name. */
	entry: string;
	/** Milliseconds since 1970, by the server's clock. */
	at: number;
	mine: boolean;
	role: string;
	name: string;
	said?: Said;
	notice?: Notice;
	/** The id of the message that this one answers. */
	answers: string;
	failed: boolean;
}

export interface Timeline {
	lines: Line[];
	receipts: Record<string, Receipt>;
	/** Who is there for the customer, by subject. */
	present: Record<string, { name: string; role: string; avatar: string }>;
	session: { status: string; endedBy: string };
	/** Place in the queue from 1, and the wait in seconds; 0 where unknown. */
	position: number;
	waitSeconds: number;
	/** Who is typing, by subject, and since when (the reader's clock). */
	typing: Record<string, { name: string; since: number }>;
	closed: boolean;
	/** The time of the entry that last changed who is there and how things stand. Older ones only add lines. */
	stateAt: number;
}

export const emptyTimeline = (): Timeline => ({
	lines: [],
	receipts: {},
	present: {},
	session: { status: '', endedBy: '' },
	position: 0,
	waitSeconds: 0,
	typing: {},
	closed: false,
	stateAt: 0
});

/** receiptOf is how far one of the customer's messages got. */
export function receiptOf(timeline: Timeline, line: Line): Receipt {
	const [a, b] = [timeline.receipts[line.id], timeline.receipts[line.entry]];
	if (!a || !b) return a ?? b ?? 'sent';
	return rank[a] > rank[b] ? a : b;
}

/**
 * receiptsShown says under which of the customer's messages a receipt stands: the last one that was
 * read, the last one delivered after it, the last one sent after that. Those before say no more.
 */
export function receiptsShown(timeline: Timeline): Map<string, Receipt> {
	const shown = new Map<string, Receipt>();
	let best = 0;
	for (const line of timeline.lines.toReversed()) {
		if (!line.mine || !line.said) continue;
		const reached = receiptOf(timeline, line);
		if (rank[reached] > best) shown.set(line.id, reached);
		best = Math.max(best, rank[reached]);
	}
	return shown;
}

/** unreadAfter counts what the other side said after a time. */
export const unreadAfter = (timeline: Timeline, at: number): number =>
	timeline.lines.filter((line) => !line.mine && line.said && line.at > at).length;

/** pickedIn is the answer that the customer gave to a question: the ids of its options. */
export const pickedIn = (timeline: Timeline, question: Line): string[] | undefined =>
	timeline.lines.find((line) => line.mine && line.said?.picked.length && (line.answers === question.id || line.answers === question.entry))?.said?.picked;
