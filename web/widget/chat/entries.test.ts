import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, applyAll, posted } from './entries.ts';
import { emptyTimeline, pickedIn, receiptsShown, unreadAfter } from './timeline.ts';
import type { WireEntry } from './wire.ts';

const agent = { appType: 'agent', subject: 'agent-1', role: 'Agent' };
const customer = { appType: 'iamessage', subject: 'me', role: 'EndUser' };

function said(identifier: string, at: number, by = customer, text = identifier): WireEntry {
	const abstractMessage = { id: identifier, messageType: 'StaticContentMessage', staticContent: { formatType: 'Text', text } };
	return { identifier, entryType: 'Message', entryPayload: { entryType: 'Message', id: identifier, abstractMessage }, sender: by, senderDisplayName: by === agent ? 'Ana' : 'Guest', transcriptedTimestamp: at };
}

const event = (entryType: string, payload: object, more: Partial<WireEntry> = {}): WireEntry => ({
	identifier: `${entryType}-${JSON.stringify(payload)}`, entryType, entryPayload: JSON.stringify(payload), sender: agent, senderDisplayName: 'Ana', transcriptedTimestamp: 9, ...more
});

const text = (entryId: string) => ({ text: entryId, files: [], options: [], picked: [] });

test('an entry from history and stream is one line', () => {
	const first = applyAll(emptyTimeline(), [said('a', 1), said('b', 2, agent)]);
	const again = apply(first, { ...said('b', 2, agent), entryPayload: JSON.stringify(said('b', 2, agent).entryPayload) }, 'CONVERSATION_MESSAGE', 0);
	assert.deepEqual(again.lines.map((line) => line.id), ['a', 'b']);
	assert.deepEqual(again.lines.map((line) => line.mine), [true, false]);
});

test('a posted message becomes the entry that comes back, in its place', () => {
	let timeline = posted(emptyTimeline(), 'mine', text('mine'), '', 100);
	timeline = apply(timeline, said('theirs', 40, agent), 'CONVERSATION_MESSAGE', 0);
	timeline = apply(timeline, said('mine', 30), 'CONVERSATION_MESSAGE', 0);
	assert.deepEqual(timeline.lines.map((line) => [line.id, line.at]), [['mine', 30], ['theirs', 40]]);
});

test('an older page of history goes before, and entries of one instant keep their order', () => {
	let timeline = applyAll(emptyTimeline(), [said('c', 5), said('d', 5)]);
	timeline = applyAll(timeline, [said('a', 1), said('b', 4)]);
	assert.deepEqual(timeline.lines.map((line) => line.id), ['a', 'b', 'c', 'd']);
});

test('receipts only rise, may come first, and stand under the last message they hold for', () => {
	let timeline = emptyTimeline();
	timeline = apply(timeline, event('ReadAcknowledgement', {}, { relatedRecords: ['b'] }), 'CONVERSATION_READ_ACKNOWLEDGEMENT', 0);
	timeline = apply(timeline, event('DeliveryAcknowledgement', { acknowledgedConversationEntryIdentifier: 'b' }), '', 0);
	timeline = applyAll(timeline, [said('a', 1), said('b', 2), said('c', 3), said('x', 4, agent)]);
	assert.deepEqual([...receiptsShown(timeline)], [['c', 'sent'], ['b', 'read']]);
	timeline = apply(timeline, event('DELIVERY', {}, { relatedRecords: ['c'] }), 'CONVERSATION_DELIVERY_ACKNOWLEDGEMENT', 0);
	assert.deepEqual([...receiptsShown(timeline)], [['c', 'delivered'], ['b', 'read']]);
});

test('receipts of the history survive a reload', () => {
	const entry = said('a', 1);
	entry.entryPayload = { ...(entry.entryPayload as object), deliveryStatus: 'Read' };
	assert.deepEqual([...receiptsShown(applyAll(emptyTimeline(), [entry]))], [['a', 'read']]);
});

test('people come and go; the queue ends when somebody comes', () => {
	let timeline = apply(emptyTimeline(), event('QueuePosition', { position: 3 }), 'CONVERSATION_QUEUE_POSITION', 0);
	timeline = apply(timeline, event('RoutingResult', { routingType: 'Initial', failureType: 'None', estimatedWaitTime: { estimatedWaitTimeInSeconds: 130 } }), '', 0);
	assert.deepEqual([timeline.position, timeline.waitSeconds], [3, 130]);
	timeline = apply(timeline, event('ParticipantChanged', { entries: [{ operation: 'add', displayName: 'Ana', participant: agent }, { operation: 'add', displayName: 'Router', participant: { role: 'Router', subject: 'r' } }] }), '', 0);
	assert.deepEqual([timeline.position, Object.values(timeline.present).map((who) => who.name)], [0, ['Ana']]);
	assert.deepEqual(timeline.lines.map((line) => line.notice), [{ kind: 'joined', name: 'Ana' }]);
	timeline = apply(timeline, event('SessionStatusChanged', { sessionStatus: 'Ended', sessionEndedByRole: 'Agent' }), '', 0);
	assert.deepEqual(timeline.present, {});
	assert.equal(timeline.session.status, 'Ended');
});

test('typing ends with the message, and own typing is nobody else', () => {
	let timeline = apply(emptyTimeline(), event('TypingStartedIndicator', {}), 'CONVERSATION_TYPING_STARTED_INDICATOR', 77);
	assert.deepEqual(Object.values(timeline.typing), [{ name: 'Ana', since: 77 }]);
	timeline = apply(timeline, said('x', 10, agent), 'CONVERSATION_MESSAGE', 78);
	assert.deepEqual(timeline.typing, {});
	const byName = { ...agent, subject: 'Ana' };
	timeline = apply(timeline, event('TypingStartedIndicator', {}, { sender: byName }), 'CONVERSATION_TYPING_STARTED_INDICATOR', 77);
	timeline = apply(timeline, said('y', 11, agent), 'CONVERSATION_MESSAGE', 78);
	assert.deepEqual(timeline.typing, {}, 'typing under a name ends with the message of that name');
	timeline = apply(timeline, event('T', {}, { sender: customer }), 'CONVERSATION_TYPING_STARTED_INDICATOR', 79);
	assert.deepEqual(timeline.typing, {});
});

test('a question knows its answer, and unread counts what others said', () => {
	const question = said('q', 1, agent);
	question.entryPayload = { abstractMessage: { id: 'q', messageType: 'ChoicesMessage', choices: { formatType: 'Buttons', text: 'Which?', optionItems: [{ optionIdentifier: 'o1', titleItem: { itemType: 'TitleItem', title: 'One' } }] } } };
	const answer = said('w', 2);
	answer.entryPayload = { abstractMessage: { id: 'w', messageType: 'ChoicesResponseMessage', inReplyToMessageId: 'q', choicesResponse: { formatType: 'Selections', selectedOptions: [{ optionIdentifier: 'o1', optionTitle: 'One' }] } } };
	const asked = applyAll(emptyTimeline(), [question]);
	assert.deepEqual(asked.lines[0]!.said!.options, [{ id: 'o1', title: 'One' }]);
	assert.equal(pickedIn(asked, asked.lines[0]!), undefined);
	const answered = applyAll(asked, [answer]);
	assert.deepEqual(pickedIn(answered, answered.lines[0]!), ['o1']);
	assert.equal(answered.lines[1]!.said!.text, 'One');
	assert.equal(unreadAfter(answered, 0), 1);
	assert.equal(unreadAfter(answered, 1), 0);
});

test('what is not understood changes nothing', () => {
	const before = applyAll(emptyTimeline(), [said('a', 1)]);
	for (const payload of ['not json', '[1]', 'null', 7, null]) {
		assert.equal(apply(before, { ...event('Novelty', {}), entryPayload: payload }, 'CONVERSATION_NOVELTY', 0), before);
	}
});

test('the past does not change how things stand', () => {
	const status = (sessionStatus: string, at: number) => event('SessionStatusChanged', { sessionStatus }, { identifier: `${sessionStatus}${at}`, transcriptedTimestamp: at });
	let timeline = applyAll(emptyTimeline(), [status('Active', 50)]);
	timeline = applyAll(timeline, [said('old', 1), status('Ended', 10)]);
	assert.equal(timeline.session.status, 'Active');
	assert.deepEqual(timeline.lines.map((line) => line.id), ['old', 'Ended10'], 'its lines are there all the same');
	timeline = apply(timeline, status('Ended', 60), '', 0);
	const anew = { ...timeline, session: { status: '', endedBy: '' } };
	assert.equal(applyAll(anew, [status('Active', 50), status('Ended', 60)]).session.status, '', 'an end read again ends nothing');
	assert.equal(applyAll(anew, [status('Ended', 60), status('New', 70)]).session.status, 'New');
});
