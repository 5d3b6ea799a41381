import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzy, rank } from './fuzzy.ts';

const lit = (name: string, text: string) => {
	const found = fuzzy(name, text);
	return found && [...name].map((letter, i) => (found.at.includes(i) ? `[${letter}]` : letter)).join('').replaceAll('][', '');
};

test('letters that were meant are named', () => {
	assert.equal(lit('Start a conversation', 'conv'), 'Start a [conv]ersation');
	assert.equal(lit('Start a conversation', 'sac'), '[S]tart [a] [c]onversation');
	assert.equal(lit('Zürich Müller', 'mull zur'), '[Zür]ich [Müll]er');
	assert.equal(lit('Inbox', 'box'), 'In[box]');
	assert.equal(lit('Inbox', 'xob'), undefined);
	assert.equal(lit('Inbox', 'q'), undefined);
	assert.equal(lit('Anything', '  '), 'Anything');
	assert.equal(lit('a.*b', '.*'), 'a[.*]b');
});

const names = (list: string[], text: string, recent: string[] = []) => rank(list.map((label) => ({ id: label, label })), text, recent).map((r) => r.choice.label);

test('the beginning goes before a word, a word before its inside, and that before scattered letters', () => {
	assert.deepEqual(names(['Other things, end', 'Message sent', 'End the session', 'Every new day', 'End'], 'end'), ['End', 'End the session', 'Other things, end', 'Every new day']);
	assert.deepEqual(names(['Resend', 'A note denied'], 'end'), ['Resend']);
});

test('what was used lately goes first among equals, and first of all without a text', () => {
	assert.deepEqual(names(['Go to A', 'Go to B', 'Go to C'], '', ['Go to C', 'Go to B']), ['Go to C', 'Go to B', 'Go to A']);
	assert.deepEqual(names(['Team list', 'Team', 'Teach'], 'tea', ['Teach']), ['Teach', 'Team list', 'Team']);
	assert.deepEqual(names(['Steam', 'Team'], 'team', ['Steam']), ['Team', 'Steam']);
});

test('what stands beside the name is found after all names, and never by scattered letters', () => {
	const list = [{ id: '1', label: 'Widgets', hint: 'colours and words' }, { id: '2', label: 'Colour vision' }];
	assert.deepEqual(rank(list, 'col').map((r) => r.choice.id), ['2', '1']);
	assert.deepEqual(rank(list, 'clr').map((r) => r.choice.id), ['2']);
	assert.deepEqual(rank(list, 'widg wor').map((r) => r.choice.id), ['1']);
});
