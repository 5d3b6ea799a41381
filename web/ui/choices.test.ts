import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matching, parted } from './choices.ts';

const zones = ['Europe/Berlin', 'Europe/Zürich', 'America/New_York', 'Asia/Tokyo'].map((label) => ({ label }));
const names = (text: string) => matching(zones, text).map((z) => z.label);

test('words are found from their beginnings, without accents and in any case', () => {
	assert.deepEqual(names('ber'), ['Europe/Berlin']);
	assert.deepEqual(names('zurich'), ['Europe/Zürich']);
	assert.deepEqual(names('YORK'), ['America/New_York']);
	assert.deepEqual(names('erlin'), []);
	assert.deepEqual(names('(*'), []);
	assert.equal(names(' ').length, 4);
});

test('what begins with the text comes before what only has it', () => {
	const found = matching([{ label: 'Orders, returns' }, { label: 'Returns' }, { label: 'Sales', hint: 'and returns' }], 'ret');
	assert.deepEqual(found.map((c) => c.label), ['Returns', 'Orders, returns', 'Sales']);
});

test('groups stand together, in the order they first come', () => {
	const list = [{ label: 'a', group: 'one' }, { label: 'b', group: 'two' }, { label: 'c', group: 'one' }];
	assert.deepEqual(parted(list).map((p) => [p.group, p.choices.map((c) => c.label).join('')]), [['one', 'ac'], ['two', 'b']]);
});
