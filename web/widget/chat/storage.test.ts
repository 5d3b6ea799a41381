import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keptMs, keys, memory, openStore } from './storage.ts';

/** A browser's storage that tells whether anybody has touched it. */
function browser() {
	const storage = memory();
	let touched = false;
	const watched = new Proxy(storage, { get: (of, name) => ((touched = true), Reflect.get(of, name) as unknown) });
	Object.defineProperty(globalThis, 'localStorage', { value: watched, configurable: true });
	return { storage, touched: () => touched, names: () => Array.from({ length: storage.length }, (_, i) => storage.key(i)!).sort() };
}

test('until it is allowed, nothing of the browser is touched', () => {
	const { touched } = browser();
	const store = openStore('t:', false);
	store.write('device', 'a');
	assert.equal(store.read('device'), 'a');
	assert.deepEqual(store.keys('device'), ['device']);
	store.remove('device');
	assert.equal(store.lasting, false);
	assert.equal(touched(), false);
});

test('what was kept in the tab moves to the browser once allowed', () => {
	const { names } = browser();
	const store = openStore('t:', false);
	store.write('talk', { id: '1' });
	assert.equal(store.allow('here'), true);
	assert.deepEqual(names(), ['t:talk', 't:used']);
	assert.deepEqual(openStore('t:', true).read('talk'), { id: '1' });
});

test('a stored session goes first or not, as asked; what waits to be sent stays in any case', () => {
	for (const [first, talk] of [['there', 'old'], ['here', 'new']] as const) {
		const { storage } = browser();
		storage.setItem('t:talk', '"old"');
		const store = openStore('t:', false);
		store.write('talk', 'new');
		store.write('outbox:1', 'hello');
		store.allow(first);
		assert.equal(store.read('talk'), talk);
		assert.equal(storage.getItem('t:outbox:1'), '"hello"');
	}
});

test('denied, nothing is left in the browser, and the tab goes on', () => {
	const { storage, names } = browser();
	storage.setItem('other', 'of the page');
	const store = openStore('t:', true);
	store.write('token', 'secret');
	store.deny();
	assert.deepEqual(names(), ['other']);
	assert.equal(store.read('token'), 'secret');
	store.write('cursor', '7');
	assert.deepEqual(names(), ['other']);

	// What an earlier visit left goes too, unread.
	storage.setItem('t:token', '"older"');
	const next = openStore('t:', false);
	next.deny();
	assert.deepEqual(names(), ['other']);
	assert.equal(next.read('token'), undefined);
});

test('what nobody used for long is taken away', () => {
	const { storage } = browser();
	storage.setItem('t:device', '"a"');
	storage.setItem('t:used', String(Date.now() - keptMs - 1000));
	assert.equal(openStore('t:', true).read('device'), undefined);
	openStore('t:', true).write('device', 'b');
	assert.equal(openStore('t:', true).read('device'), 'b');
});

test('every key is in the documentation', () => {
	const page = readFileSync(new URL('../../../docs/widget.md', import.meta.url), 'utf8');
	for (const key of keys) assert.ok(page.includes(`| \`${key.replace(':', ':…')}\` |`), `${key} is not in docs/widget.md`);
});
