import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linked } from './links.ts';

test('addresses become links, sentences stay', () => {
	assert.deepEqual(linked('See https://a.example/x?y=1. Or (http://b.example)!'), [
		{ text: 'See ' },
		{ text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
		{ text: '. Or (' },
		{ text: 'http://b.example', href: 'http://b.example' },
		{ text: ')!' }
	]);
});

test('nothing else is a link', () => {
	assert.deepEqual(linked('javascript:alert(1) and a.example'), [{ text: 'javascript:alert(1) and a.example' }]);
	assert.deepEqual(linked(''), []);
});
