import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SseParser } from './sse.ts';

const stream = ': hello\r\n\r\nid: 7\r\nevent: CONVERSATION_MESSAGE\r\ndata: {"a":1,\r\ndata: "b":2}\r\n\r\nevent: ping\ndata\n\nid: 8\ndata: é\n\n';

test('frames are the same however the stream is cut', () => {
	const whole = new SseParser().feed(stream);
	assert.deepEqual(whole, [
		{ id: '7', event: 'CONVERSATION_MESSAGE', data: '{"a":1,\n"b":2}' },
		{ event: 'ping', data: '' },
		{ id: '8', event: 'message', data: 'é' }
	]);
	for (let size = 1; size < 12; size++) {
		const parser = new SseParser();
		const cut = [];
		for (let at = 0; at < stream.length; at += size) cut.push(...parser.feed(stream.slice(at, at + size)));
		assert.deepEqual(cut, whole, `pieces of ${size}`);
	}
});

test('an unfinished frame waits', () => {
	const parser = new SseParser();
	assert.deepEqual(parser.feed('data: x\n'), []);
	assert.deepEqual(parser.feed('\n'), [{ event: 'message', data: 'x' }]);
});
