import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pretty, shortened, summary } from './pretty.ts';
import type { Exchange } from '../types.ts';

const line = (part: Partial<Exchange>): Exchange => ({
	seq: 1, channel_id: 'c', at: '', kind: 'webhook', method: 'POST', url: '', request: '', status: 200, response: '', ms: 1, ...part
});

test('bodies are laid out', () => {
	assert.equal(pretty('{"a":[1]}'), '{\n  "a": [\n    1\n  ]\n}');
	assert.equal(pretty('Body=Hi+there&To=%2B1555'), 'Body = Hi there\nTo = +1555');
	assert.equal(pretty('{"cut":'), '{"cut":');
	assert.equal(pretty('plain words'), 'plain words');
});

test('one line says what a call was about', () => {
	assert.equal(summary(line({ request: '{"entry":[{"changes":[{"value":{"statuses":[{"status":"read"}]}}]}]}' })), 'status read');
	assert.equal(summary(line({ request: '{"entry":[{"changes":[{"value":{"messages":[{"type":"image"}]}}]}]}' })), 'message: image');
	assert.equal(summary(line({ request: 'MessageSid=SM1&OptOutType=STOP' })), 'message (STOP)');
	assert.equal(summary(line({ request: 'MessageSid=SM1&MessageStatus=sent' })), 'status sent');
	assert.equal(summary(line({ kind: 'api', request: 'To=1&Body=x' })), 'send text');
	assert.equal(summary(line({ kind: 'api', request: '{"type":"template"}' })), 'send template');
	assert.equal(summary(line({ kind: 'api', request: '{"status":"read","typing_indicator":{}}' })), 'typing');
	assert.equal(summary(line({ kind: 'api', method: 'GET' })), 'look-up');
});

test('addresses are short', () => {
	assert.equal(shortened('http://127.0.0.1:8080/hooks/whatsapp/0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'), '/hooks/whatsapp/0197a1…');
	assert.equal(shortened('/sandbox/graph/v23.0/106540352242922/messages'), '/v23.0/106540352242922/messages');
});
