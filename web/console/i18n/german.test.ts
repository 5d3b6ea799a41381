// What the server says, on a page in German. A page speaks one language from when it is loaded, so this one has a
// file of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';

Object.assign(globalThis, { document: { documentElement: { lang: '', dir: '' } } });
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['de-AT'] } });
const { speak } = await import('./index.ts');
const { besides, quarantined, readServerWords, refused, said, undelivered } = await import('./said.ts');
const { delivery } = await import('./de/delivery.ts');
await speak();
await readServerWords();

test('a refused file: its own sentence, though it was kept without what it was made of', () => {
	const file = { code: '3005', text: "The file can't be made to fit into 0.6 MB." };
	assert.match(undelivered(file), /^Die Datei .*0,6.MB/);
	assert.equal(besides(file), '');
	assert.match(undelivered({ code: '3002', text: "The video's sound is encoded with MP3; this channel takes AAC only. Convert it to an MP4 with H.264 and AAC." }), /MP3.*AAC/);
});

test('a sentence that nobody knows stands after the code’s words', () => {
	const error = { code: '3005', text: "It's of another time." };
	assert.equal(undelivered(error), delivery['delivery.3005']);
	assert.equal(besides(error), 'It’s of another time.');
	assert.equal(besides({ code: '3005', text: 'The file is too large for this channel. Send a smaller one.' }), '');
});

test('statuses in sentences are words, names are not', async () => {
	assert.equal((await refused({ detail: "This session is ended; that can't be done now.", template: "This session is {0}; that can't be done now.", params: ['ended'] })).text, 'Diese Sitzung hat den Status „Beendet“; das geht jetzt nicht.');
	assert.equal(said('There is no queue "ended".', { template: 'There is no queue “{0}”.', params: ['ended'] }), 'Die Warteschlange „ended“ gibt es nicht.');
	assert.match(said('', { template: 'The file has {0}; this channel takes at most {1}.', params: ['12.5 MB', '5 MB'] }), /12,5.MB.* 5.MB/);
});

test('why a call is in quarantine: the sentence, and beside it what the program said', () => {
	assert.deepEqual(quarantined('malformed: The body is not a form.: invalid URL escape "%zz"'), { text: 'Der Inhalt ist kein Formular.', cause: 'invalid URL escape "%zz"' });
	assert.deepEqual(quarantined('malformed: The body has no sender.'), { text: 'Im Inhalt fehlt der Absender.', cause: '' });
	const { text, cause } = quarantined('internal: no such table: x');
	assert.ok(text !== '' && cause === 'no such table: x', `${text} ${cause}`);
	assert.equal(quarantined('something odd').text, 'something odd');
});
