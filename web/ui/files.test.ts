import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepts } from './files.ts';

test('files are taken by ending, by kind and by family', () => {
	const csv = { name: 'People.CSV', type: 'text/csv' };
	assert.ok(accepts(csv, ''));
	assert.ok(accepts(csv, '.csv'));
	assert.ok(accepts(csv, 'image/*, text/csv'));
	assert.ok(accepts({ name: 'a.png', type: 'image/png' }, 'image/*'));
	assert.ok(!accepts(csv, 'image/*,.pdf'));
	assert.ok(!accepts({ name: 'no-type', type: '' }, 'image/*'));
	assert.ok(!accepts({ name: 'x', type: 'imagery/png' }, 'image/*'));
});
