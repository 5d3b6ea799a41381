import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../api/types.ts';
import { Ordered, type Sort } from './ordered.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const row = (id: string, second: number, session?: object) => ({ id, last_activity_at: at(second), session }) as Conversation;
const ids = (list: Ordered) => list.rows().map((one) => one.id).join(' ');

test('rows stand in the order of the list, whatever comes first', () => {
	const by = (sort: Sort, ...rows: Conversation[]) => {
		const list = new Ordered(sort);
		for (const one of rows) list.put(list.place(one));
		return ids(list);
	};
	assert.equal(by('activity', row('a', 1), row('c', 3), row('b', 2), row('b2', 2)), 'c b2 b a');
	assert.equal(by('waiting', row('b', 2), row('a', 9, { status: 'waiting', waiting_since: at(1) }), row('c', 2)), 'a b c');
	assert.equal(by('waiting', row('b', 2), row('a', 9, { status: 'active', waiting_since: at(1) })), 'b a');
	assert.equal(by('ended', row('b', 2), row('a', 1, { ended_at: at(9) })), 'a b');
});

test('a row that changes moves, and one that goes takes nobody along', () => {
	const list = new Ordered('activity');
	for (let i = 0; i < 5; i++) list.put(list.place(row(`r${i}`, i)));
	list.put(list.place(row('r1', 10)));
	assert.equal(ids(list), 'r1 r4 r3 r2 r0');
	const again = { ...row('r3', 3), unread: 7 };
	list.put(list.place(again));
	assert.equal(list.get('r3'), again);
	assert.equal(list.rows()[2], again);
	list.delete('r4');
	list.delete('r4');
	assert.equal(ids(list), 'r1 r3 r2 r0');
	list.clear();
	assert.deepEqual([ids(list), list.get('r1')], ['', undefined]);
});

test('thousands of changes leave what sorting all would', () => {
	const list = new Ordered('activity');
	const all = new Map<string, Conversation>();
	for (let i = 0; i < 5000; i++) {
		const one = row(`r${(i * 7919) % 400}`, (i * 31) % 977);
		all.set(one.id, one);
		list.put(list.place(one));
		if (i % 11 === 0) {
			list.delete(`r${i % 400}`);
			all.delete(`r${i % 400}`);
		}
	}
	const sorted = [...all.values()].sort((a, b) => Date.parse(b.last_activity_at) - Date.parse(a.last_activity_at) || (a.id < b.id ? 1 : -1));
	assert.equal(ids(list), sorted.map((one) => one.id).join(' '));
});
