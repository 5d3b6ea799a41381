// Entries become the timeline: those of the history, those of the stream and those that came by both.
// Taking an entry twice changes nothing.

import { saidIn, type Said } from './content.ts';
import { rank, type Line, type Notice, type Receipt, type Timeline } from './timeline.ts';
import { isObject, listOf, payloadOf, textOf, type WireEntry } from './wire.ts';

const prefix = 'CONVERSATION_';

/** kindOf names an entry by its event on the stream, or by its type in the history: MESSAGE, READ_ACKNOWLEDGEMENT … */
function kindOf(entry: WireEntry, event: string): string {
	if (event.startsWith(prefix)) return event.slice(prefix.length);
	return entry.entryType.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

/** applyAll takes the entries of the history, oldest first. */
export const applyAll = (timeline: Timeline, entries: WireEntry[]): Timeline =>
	entries.reduce((so, entry) => apply(so, entry, '', 0), timeline);

/** apply takes one entry. event is the stream's name for it, empty in the history; now is the reader's clock. */
export function apply(timeline: Timeline, entry: WireEntry, event: string, now: number): Timeline {
	const payload = payloadOf(entry);
	switch (kindOf(entry, event)) {
		case 'MESSAGE':
			return message(timeline, entry, payload);
		case 'PARTICIPANT_CHANGED':
			return participants(timeline, entry, payload);
		case 'SESSION_STATUS_CHANGED':
			return session(timeline, entry, payload);
		case 'ROUTING_RESULT':
			return routed(timeline, entry, payload);
		case 'QUEUE_POSITION':
			return stand(timeline, entry, { position: numberOf(payload['position']) });
		case 'DELIVERY_ACKNOWLEDGEMENT':
			return receipt(timeline, entry, payload, 'delivered');
		case 'READ_ACKNOWLEDGEMENT':
			return receipt(timeline, entry, payload, 'read');
		case 'TYPING_STARTED_INDICATOR':
			return typing(timeline, entry, { name: entry.senderDisplayName ?? '', since: now });
		case 'TYPING_STOPPED_INDICATOR':
			return typing(timeline, entry, undefined);
		case 'MESSAGE_DELIVERY_FAILED':
			return undelivered(timeline, textOf(payload['failedConversationEntryIdentifier']));
		case 'CLOSE_CONVERSATION':
			return { ...timeline, closed: true };
		default:
			return timeline;
	}
}

/** posted adds the customer's own message at once when the server has taken it, before its entry comes back. */
export function posted(timeline: Timeline, id: string, said: Said, answers: string, at: number): Timeline {
	const line: Line = { id, entry: id, at, mine: true, role: 'EndUser', name: '', said, answers, failed: false };
	return place(timeline, line);
}

function message(timeline: Timeline, entry: WireEntry, payload: Record<string, unknown>): Timeline {
	const body = isObject(payload['abstractMessage']) ? payload['abstractMessage'] : {};
	if (body['erased'] === true) return timeline; // deleted since: nothing is left to show
	const mine = entry.sender?.role === 'EndUser';
	const id = (mine && (textOf(body['id']) || textOf(payload['id']))) || textOf(body['id']) || entry.identifier;
	const line: Line = {
		...base(entry, id),
		said: saidIn(body),
		answers: textOf(body['inReplyToMessageId'])
	};
	const next = place(timeline, line);
	// Entries of the history may carry how far they got; then the receipts survive a reload.
	const reached = textOf(payload['deliveryStatus']).toLowerCase();
	const told = reached === 'read' || payload['readTimestamp'] ? 'read' : reached === 'delivered' || payload['deliveredTimestamp'] ? 'delivered' : undefined;
	return quiet(told ? raise(next, line.id, told) : next, entry);
}

/** Who has just written is no longer typing. Typing may come under another subject than messages do, but under the same name. */
function quiet(timeline: Timeline, entry: WireEntry): Timeline {
	const others = Object.entries(timeline.typing).filter(([subject, who]) => subject !== entry.sender?.subject && who.name !== entry.senderDisplayName);
	return others.length === Object.keys(timeline.typing).length ? timeline : { ...timeline, typing: Object.fromEntries(others) };
}

/**
 * stand changes how things stand, unless something newer has: an older page of the history, and a page
 * that was read while the stream went on, tell of the past.
 */
function stand(timeline: Timeline, entry: WireEntry, now: Partial<Timeline>): Timeline {
	const at = timeOf(entry);
	return at < timeline.stateAt ? timeline : { ...timeline, ...now, stateAt: at };
}

const timeOf = (entry: WireEntry): number => entry.transcriptedTimestamp ?? entry.clientTimestamp ?? 0;

function base(entry: WireEntry, id: string): Line {
	return {
		id,
		entry: entry.identifier,
		at: timeOf(entry),
		mine: entry.sender?.role === 'EndUser',
		role: entry.sender?.role ?? '',
		name: entry.senderDisplayName ?? '',
		answers: '',
		failed: false
	};
}

/** place puts a line where its time says, after those of the same instant; a known one is brought up to date. */
function place(timeline: Timeline, line: Line): Timeline {
	const lines = timeline.lines.slice();
	const known = lines.findIndex((other) => other.id === line.id || other.entry === line.entry);
	if (known >= 0) {
		// The server's entry replaces what was put there by posted; its time is the one that counts.
		line = { ...line, failed: lines[known]!.failed };
		lines.splice(known, 1);
	}
	let at = lines.length;
	while (at > 0 && lines[at - 1]!.at > line.at) at--;
	lines.splice(at, 0, line);
	return { ...timeline, lines };
}

function participants(timeline: Timeline, entry: WireEntry, payload: Record<string, unknown>): Timeline {
	let next = timeline;
	for (const [i, change] of listOf(payload['entries']).entries()) {
		const who = isObject(change['participant']) ? change['participant'] : {};
		const role = textOf(who['role']);
		const subject = textOf(who['subject']);
		const name = textOf(change['displayName']);
		if (role !== 'Agent' && role !== 'Chatbot') continue;
		const present = { ...next.present };
		const leaves = textOf(change['operation']) === 'remove';
		if (leaves) delete present[subject];
		else present[subject] = { name, role, avatar: textOf(change['avatarUrl']) };
		// Updates of somebody who is there already are no news.
		const news = leaves || textOf(change['operation']) === 'add';
		const notice: Notice = { kind: leaves ? 'left' : 'joined', name };
		const line: Line = { ...base(entry, `${entry.identifier}/${i}`), entry: `${entry.identifier}/${i}`, mine: false, notice };
		next = stand(news && name ? place(next, line) : next, entry, leaves ? { present } : { present, position: 0, waitSeconds: 0 });
	}
	return next;
}

function session(timeline: Timeline, entry: WireEntry, payload: Record<string, unknown>): Timeline {
	const status = textOf(payload['sessionStatus']);
	const endedBy = textOf(payload['sessionEndedByRole']);
	const session = { status, endedBy };
	if (status !== 'Ended') return stand(timeline, entry, { session });
	// Read again, an end says nothing new: the customer may be starting anew by then.
	if (timeline.lines.some((line) => line.entry === entry.identifier)) return timeline;
	const line: Line = { ...base(entry, entry.identifier), mine: false, notice: { kind: 'ended', by: endedBy } };
	return stand(place(timeline, line), entry, { session, present: {}, typing: {}, position: 0, waitSeconds: 0 });
}

function routed(timeline: Timeline, entry: WireEntry, payload: Record<string, unknown>): Timeline {
	const wait = isObject(payload['estimatedWaitTime']) ? payload['estimatedWaitTime'] : {};
	const failure = textOf(payload['failureType']);
	if (failure === 'SubmissionError' || failure === 'RoutingError') {
		return place(timeline, { ...base(entry, entry.identifier), mine: false, notice: { kind: 'unrouted' } });
	}
	// A wait that nobody can tell is -1.
	return stand(timeline, entry, { waitSeconds: Math.max(0, numberOf(wait['estimatedWaitTimeInSeconds'])) });
}

function receipt(timeline: Timeline, entry: WireEntry, payload: Record<string, unknown>, reached: Receipt): Timeline {
	const acknowledged = entry.relatedRecords?.[0] ?? textOf(payload['acknowledgedConversationEntryIdentifier']);
	return acknowledged ? raise(timeline, acknowledged, reached) : timeline;
}

function raise(timeline: Timeline, id: string, to: Receipt): Timeline {
	const now = timeline.receipts[id];
	if (now && rank[now] >= rank[to]) return timeline;
	return { ...timeline, receipts: { ...timeline.receipts, [id]: to } };
}

function typing(timeline: Timeline, entry: WireEntry, who: { name: string; since: number } | undefined): Timeline {
	if (entry.sender?.role === 'EndUser') return timeline;
	const now = { ...timeline.typing };
	const subject = entry.sender?.subject ?? '';
	if (who) now[subject] = who;
	else delete now[subject];
	return { ...timeline, typing: now };
}

function undelivered(timeline: Timeline, id: string): Timeline {
	return { ...timeline, lines: timeline.lines.map((line) => (line.id === id || line.entry === id ? { ...line, failed: true } : line)) };
}

const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
