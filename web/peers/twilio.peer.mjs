// Twilio's own library against a running server: it signs webhooks that we must take, and its client
// must understand the played Twilio.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import twilio from 'twilio';
import { channel, entriesWith, ready, sandbox, someone, unique, until } from './ready.mjs';

const sms = channel('sms');
const { account_sid: account, auth_token: token } = sms.secrets;

function post(params, { query = '', signature } = {}) {
	const address = sms.webhook + query;
	return fetch(address, {
		method: 'POST',
		headers: {
			'Content-Type': 'application/x-www-form-urlencoded',
			'X-Twilio-Signature': signature ?? twilio.getExpectedTwilioSignature(token, address, params)
		},
		body: new URLSearchParams(params)
	});
}

const said = (text, from = someone()) => {
	const sid = `SM${randomBytes(16).toString('hex')}`;
	return { MessageSid: sid, SmsSid: sid, AccountSid: account, From: from, To: sms.address, Body: text, NumMedia: '0', SmsStatus: 'received' };
};

test('a message that Twilio’s library signed becomes one entry, however often it comes', async () => {
	const text = unique('Grüße 😀');
	const message = said(text);
	const answers = await Promise.all([post(message), post(message), post(message)]);
	for (const answer of answers) {
		assert.equal(answer.status, 200);
		assert.match(answer.headers.get('Content-Type'), /^text\/xml/);
		assert.match(await answer.text(), /<Response><\/Response>$/);
	}
	assert.equal((await entriesWith(text)).length, 1);
});

test('nothing else is taken', async () => {
	const text = unique('forged');
	assert.equal((await post(said(text), { signature: 'bm90IGl0' })).status, 401);
	const signature = twilio.getExpectedTwilioSignature(token, sms.webhook, said('another'));
	assert.equal((await post(said(text), { signature })).status, 401);
	assert.equal((await post(said(text), { signature: '' })).status, 401);
	assert.equal((await entriesWith(text)).length, 0);
});

/** Twilio’s client, with the sandbox in place of api.twilio.com. */
class Loopback extends twilio.RequestClient {
	request(options) {
		return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', `${ready.url}/sandbox/twilio`) });
	}
}

test('Twilio’s client understands the played Twilio', async () => {
	const client = twilio(account, token, { httpClient: new Loopback() });
	const phone = await sandbox('POST', `/channels/${sms.id}/phones`, {});
	const sent = await client.messages.create({ to: phone.number, from: sms.address, body: 'From the library' });
	assert.match(sent.sid, /^SM[0-9a-f]{32}$/);
	assert.equal(sent.status, 'queued');
	assert.equal(sent.numSegments, '1');
	const again = await until('it is delivered', async () => {
		const m = await client.messages(sent.sid).fetch();
		return m.status === 'delivered' && m;
	});
	assert.equal(again.body, 'From the library');
	const list = await client.messages.list({ to: phone.number, limit: 5 });
	assert.deepEqual(list.map((m) => m.sid), [sent.sid]);
	const numbers = await client.incomingPhoneNumbers.list({ phoneNumber: sms.address });
	assert.equal(numbers[0].phoneNumber, sms.address);

	await assert.rejects(client.messages.create({ to: '+15005550009', from: sms.address, body: 'x' }), { code: 21614, status: 400 });
	await assert.rejects(client.messages.create({ to: phone.number, from: '+15005559999', body: 'x' }), { code: 21606 });
	const stranger = twilio(account, 'wrong', { httpClient: new Loopback() });
	await assert.rejects(stranger.messages.create({ to: phone.number, from: sms.address, body: 'x' }), { code: 20003, status: 401 });
});
