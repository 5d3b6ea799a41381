import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, emptied, merged } from './changes.ts';

test('a difference is told by the deepest name there is for it', () => {
	const names = { draft: 'Settings', 'draft.branding.title': 'Title', 'draft.domain': 'Domain' };
	const before = { domain: 'a.example', branding: { title: 'Hi', accent: '#000000' }, emoji: true };
	assert.deepEqual(differences(before, { ...before, branding: { ...before.branding, title: 'Ho' } }, 'draft', names).map((d) => d.path), ['draft.branding.title']);
	assert.deepEqual(differences(before, { ...before, domain: 'b.example', emoji: false }, 'draft', names).map((d) => d.path), ['draft.domain', 'draft']);
	assert.deepEqual(differences(before, { ...before }, 'draft', names), []);
	assert.deepEqual(differences('a', 'b', 'name', names), [{ path: 'name', before: 'a', after: 'b' }]);
});

test('mine where I changed something, theirs everywhere else', () => {
	const base = { title: 'Hi', colour: 'red', list: [1] };
	assert.deepEqual(merged(base, { ...base, title: 'Ho' }, { ...base, colour: 'blue' }), { title: 'Ho', colour: 'blue', list: [1] });
	assert.deepEqual(merged(base, { ...base, list: [1, 2] }, { ...base, list: [3] }), { title: 'Hi', colour: 'red', list: [1, 2] });
	assert.equal(merged('a', 'a', 'b'), 'b');
	assert.equal(merged('a', undefined, 'b'), undefined);
});

test('a member is cleared by an empty value of its kind', () => {
	assert.deepEqual([emptied('x'), emptied(3), emptied(true), emptied([1]), emptied({ a: 1 }), emptied(undefined)], ['', 0, false, [], {}, '']);
});
