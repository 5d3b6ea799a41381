import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows, shift } from './rows.ts';

const keys = (n: number) => Array.from({ length: n }, (_, i) => `r${i}`);

test('guessed and measured heights add up', () => {
	const rows = new Rows(50);
	rows.set(keys(100));
	assert.equal(rows.height, 5000);
	assert.equal(rows.measure('r2', 80), 30);
	assert.equal(rows.measure('gone', 80), 0);
	assert.deepEqual([rows.top(2), rows.top(3), rows.height], [100, 180, 5030]);
	rows.estimate(40);
	assert.equal(rows.top(3), 160);
});

test('the row at a height, at the edges too', () => {
	const rows = new Rows(10);
	rows.set(keys(5));
	rows.measure('r1', 30);
	assert.deepEqual([-5, 0, 9, 10, 39, 40, 1000].map((y) => rows.row(y)), [0, 0, 0, 1, 1, 2, 4]);
	rows.set([]);
	assert.equal(rows.row(10), 0);
	assert.equal(rows.height, 0);
});

test('what was measured stays with its row when others come before it', () => {
	const rows = new Rows(10);
	rows.set(['a', 'b']);
	rows.measure('b', 25);
	rows.set(['new', 'a', 'b']);
	assert.deepEqual([rows.top(2), rows.height], [20, 45]);
});

test('the reader keeps the place when rows come above, and when one of the seen goes elsewhere', () => {
	const rows = new Rows(10);
	const before = keys(10);
	rows.set(before);
	const seen = before.slice(4, 8).map((key, i) => ({ key, top: (4 + i) * 10 }));
	const top = (key: string) => {
		const i = rows.at(key);
		return i === undefined ? undefined : rows.top(i);
	};
	rows.set(['x', 'y', ...before]);
	assert.equal(shift(seen, top), 20);
	// r5 was written to and went to the top: the others are what is read.
	rows.set(['r5', ...before.filter((key) => key !== 'r5')]);
	assert.equal(shift(seen, top), 0);
	rows.set([]);
	assert.equal(shift(seen, top), 0);
});

test('a row is found again from where it was, near or far', () => {
	const rows = new Rows(10);
	rows.set(['x', ...keys(200)]);
	assert.deepEqual([rows.near('r5', 5), rows.near('r150', 3), rows.near('gone', 3)], [6, 151, undefined]);
});
