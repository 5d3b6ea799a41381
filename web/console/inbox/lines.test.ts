import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../api/types.ts';
import { lines, pointers, unchanged } from './lines.ts';

let seq = 0;
function entry(change: Partial<Entry>): Entry {
	seq++;
	return {
		id: `e${seq}`,
		conversation_id: 'c',
		session_id: 's',
		seq,
		kind: 'message',
		author: { type: 'customer', id: 'u' },
		content: { text: 'hello' },
		status: 'delivered',
		created_at: '2026-03-03T10:00:00Z',
		version: 1,
		...change
	};
}
const kinds = (entries: Entry[], readSeq = 0) => lines(entries, readSeq).map((l) => l.kind);

test('messages of one author within a minute are one group', () => {
	const got = lines([entry({}), entry({ created_at: '2026-03-03T10:00:30Z' }), entry({ created_at: '2026-03-03T10:02:00Z' })], 0);
	assert.deepEqual(got.map((l) => l.kind), ['day', 'group', 'group']);
	assert.equal(got[1]!.kind === 'group' && got[1]!.entries.length, 2);
});

test('a note never joins a message of the same agent', () => {
	const agent = { author: { type: 'agent', id: 'a' } } as const;
	assert.deepEqual(kinds([entry(agent), entry({ ...agent, kind: 'note' })]), ['day', 'group', 'group']);
});

test('session bounds stand alone, other events are gathered', () => {
	const event = (type: string, change = {}) => entry({ kind: 'event', author: { type: 'system' }, content: { event: { type, ...change } } });
	assert.deepEqual(kinds([event('session_started'), event('session_status', { from: 'new', to: 'waiting' }), event('session_status', { from: 'active', to: 'inactive' }), event('rerouted'), event('session_ended')]), ['day', 'bound', 'events', 'bound']);
});

test('the unread mark stands before the first unread message of the customer, not at the top', () => {
	const first = entry({});
	const own = entry({ author: { type: 'agent', id: 'a' } });
	const second = entry({});
	assert.deepEqual(kinds([first, own, second], first.seq), ['day', 'group', 'group', 'unread', 'group']);
	assert.deepEqual(kinds([second], second.seq - 1), ['day', 'group']);
});

test('a reaction is shown at its message, and an empty one takes it back', () => {
	const message = entry({});
	const put = entry({ kind: 'reaction', refers_to: message.id, content: { reaction: { emoji: '👍' } } });
	const taken = entry({ kind: 'reaction', refers_to: message.id, content: { reaction: { emoji: '' } } });
	assert.deepEqual(kinds([message, put]), ['day', 'group']);
	assert.equal(pointers([message, put]).get(message.id)?.reactions[0]?.emoji, '👍');
	assert.equal(pointers([message, put, taken]).get(message.id)?.reactions.length, 0);
});

test('a deletion of something not loaded keeps its own line', () => {
	const deletion = entry({ kind: 'event', refers_to: 'elsewhere', content: { event: { type: 'deleted' } } });
	assert.deepEqual(kinds([deletion]), ['day', 'events']);
});

test('what was erased says so once for each session, and nothing of it stays', () => {
	const erased = { erased_at: '2026-03-04T10:00:00Z', content: {} };
	const got = lines([entry({ ...erased, kind: 'event', author: { type: 'system' } }), entry(erased), entry({ ...erased, session_id: 'later' }), entry({ session_id: 'now' })], 0);
	assert.deepEqual(got.map((l) => l.kind), ['day', 'erased', 'erased', 'group']);
	assert.deepEqual(got.flatMap((l) => (l.kind === 'erased' ? [l.count] : [])), [2, 1]);
});

test('lines that say the same are the ones of before', () => {
	const all = [entry({}), entry({ author: { type: 'agent', id: 'a' } }), entry({})];
	const before = lines(all, 0);
	const more = unchanged(lines([...all, entry({ created_at: '2026-03-03T10:00:20Z' })], 0), before);
	assert.deepEqual(more.map((line, i) => line === before[i]), [true, true, true, false]);
	const sent = unchanged(lines([all[0]!, { ...all[1]!, status: 'read' }, all[2]!], 0), before);
	assert.deepEqual(sent.map((line, i) => line === before[i]), [true, true, false, true]);
});
