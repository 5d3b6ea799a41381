import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginning, linked, onlyEmoji } from './links.ts';

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

test('a link says where it leads when its text does not', () => {
	assert.deepEqual(linked('https://bank.example@evil.example/x'), [{ text: 'https://bank.example@evil.example/x', href: 'https://bank.example@evil.example/x', host: 'evil.example' }]);
	// The first letter is Cyrillic.
	assert.equal(linked('https://аpple.com/')[0]?.host, 'xn--pple-43d.com');
	assert.equal(linked('https://Example.com/A')[0]?.host, undefined);
	assert.equal(linked('https://[nonsense')[0]?.href, undefined);
	assert.equal(linked('(see https://en.example/wiki/A_(b))')[1]?.text, 'https://en.example/wiki/A_(b)');
});

test('numbers and account numbers are no links', () => {
	for (const text of ['+43 660 1234567', 'AT61 1904 3002 3457 3201', 'someone@example.com', 'data:text/html,x', '1.2.3.4']) assert.deepEqual(linked(text), [{ text }]);
});

test('few emoji alone are large', () => {
	for (const text of ['🙏', '👩‍👩‍👧 🎉', '❤️', '🇦🇹']) assert.equal(onlyEmoji(text), true, text);
	for (const text of ['', ' ', 'ok 🙏', '12', '🙏🙏🙏🙏']) assert.equal(onlyEmoji(text), false, text);
});

test('long texts begin, short ones stay whole', () => {
	assert.equal(beginning('word '.repeat(200)), 'word '.repeat(200));
	const long = beginning('word '.repeat(1000));
	assert.ok(long.length <= 1200 && long.endsWith('word'));
	assert.equal(beginning('line\n'.repeat(100)).split('\n').length, 20);
	assert.equal(beginning('a\n'.repeat(21)), 'a\n'.repeat(21));
	assert.ok(!/[\ud800-\udbff]$/.test(beginning('🙏'.repeat(2000), 1201)));
});
