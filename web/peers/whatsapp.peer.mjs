// An independent WhatsApp library against a running server: its client must understand the played
// Graph API, its parser the webhooks, and its signatures must be ours.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { ActionButtons, Body, BodyComponent, BodyParameter, Button, Document, Interactive, Language, Location, Reaction, Template, Text } from 'whatsapp-api-js/messages';
import { channel, entriesWith, ready, sandbox, someone, unique, until } from './ready.mjs';

const whatsapp = channel('whatsapp');
const { app_secret: secret, verify_token: verify, access_token: token, phone_number_id: number, waba_id: business } = whatsapp.secrets;

/** The library, with the sandbox in place of graph.facebook.com. */
const api = (options = {}) =>
	new WhatsAppAPI({
		token, appSecret: secret, webhookVerifyToken: verify, v: 'v23.0',
		ponyfill: { fetch: (address, init) => fetch(String(address).replace('https://graph.facebook.com', `${ready.url}/sandbox/graph`), init) },
		...options
	});

const sign = (body) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

function post(body, signature = sign(body)) {
	return fetch(whatsapp.webhook, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': signature }, body });
}

/** JSON as Meta writes it: everything beyond ASCII as \\u, in lower case. The signature covers these bytes. */
const escaped = (value) => JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const said = (text, from = someone().slice(1), id = `wamid.${unique('peer').replace(' ', '')}`) =>
	escaped({
		object: 'whatsapp_business_account',
		entry: [{ id: business, changes: [{ field: 'messages', value: {
			messaging_product: 'whatsapp', metadata: { display_phone_number: whatsapp.address.slice(1), phone_number_id: number },
			contacts: [{ profile: { name: 'Peer' }, wa_id: from }],
			messages: [{ from, id, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: text } }]
		} }] }]
	});

test('the handshake', async () => {
	const ask = (value) => fetch(`${whatsapp.webhook}?${new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.verify_token': value, 'hub.challenge': '1158201444' })}`);
	const good = await ask(verify);
	assert.equal(good.status, 200);
	assert.equal(await good.text(), '1158201444');
	assert.equal((await ask('wrong')).status, 401);
});

test('a message whose signature the library takes becomes one entry, however often it comes', async () => {
	const text = unique('Grüße 😀');
	const body = said(text);
	assert.equal(await api().verifyRequestSignature(body, sign(body)), true);
	const answers = await Promise.all([post(body), post(body), post(body)]);
	assert.deepEqual(answers.map((a) => a.status), [200, 200, 200]);
	assert.equal((await entriesWith(text)).length, 1);
	const forged = unique('forged');
	assert.equal((await post(said(forged), sign(said('other')))).status, 401);
	assert.equal((await entriesWith(forged)).length, 0);
});

test('the library understands the played Graph API', async () => {
	const phone = await sandbox('POST', `/channels/${whatsapp.id}/phones`, {});
	const client = api();
	const closed = await client.sendMessage(number, phone.number, new Text('Too early'));
	assert.equal(closed.error?.code, 131047);
	const template = new Template('follow_up', new Language('en_US'), new BodyComponent(new BodyParameter('Ana')));
	assert.match((await client.sendMessage(number, phone.number, template)).messages[0].id, /^wamid\./);

	const hello = await sandbox('POST', `/phones/${phone.id}/messages`, { text: unique('Hello') });
	const sent = [
		new Text('Hi'),
		new Location(13.4, 52.5, 'Here', 'A road'),
		new Interactive(new ActionButtons(new Button('a', 'A'), new Button('b', 'B')), new Body('Which?')),
		new Reaction(hello.id, '👍')
	];
	for (const message of sent) {
		const answer = await client.sendMessage(number, phone.number, message, undefined, 'opaque');
		assert.match(answer.messages?.[0]?.id ?? JSON.stringify(answer), /^wamid\./);
	}
	const upload = new FormData();
	upload.set('messaging_product', 'whatsapp');
	upload.set('type', 'application/pdf');
	upload.set('file', new Blob(['%PDF-1.4 x'], { type: 'application/pdf' }), 'bill.pdf');
	const { id } = await client.uploadMedia(number, upload);
	const document = await client.sendMessage(number, phone.number, new Document(id, true, 'The bill', 'bill.pdf'));
	assert.match(document.messages[0].id, /^wamid\./);
	assert.equal((await client.markAsRead(number, hello.id)).success, true);

	const { items } = await sandbox('GET', `/phones/${phone.id}/messages`);
	assert.deepEqual(items.map((m) => [m.customer, m.status === 'failed']), [[false, false], [true, false], [false, false], [false, false], [false, false], [false, false]]);
	assert.equal(items[1].business_reaction, '👍');
	assert.equal(items[1].status, 'read');
	assert.equal(items.at(-1).content.file.name, 'bill.pdf');
});

test('the library reads the sandbox’s webhooks', async () => {
	const phone = await sandbox('POST', `/channels/${whatsapp.id}/phones`, {});
	const text = unique('Is it read?');
	await sandbox('POST', `/phones/${phone.id}/messages`, { text });
	const { request } = await until('the webhook is in the log', async () => {
		const { items } = await sandbox('GET', `/channels/${whatsapp.id}/exchange?phone=${phone.id}`);
		return items.find((e) => e.kind === 'webhook' && e.status === 200);
	});
	const reader = api({ secure: false });
	let heard;
	reader.on.message = (m) => (heard = m);
	await reader.post(JSON.parse(request));
	assert.equal(heard.message.text.body, text);
	assert.equal(`+${heard.contact.wa_id}`, phone.number);
	assert.equal(heard.name, phone.name);
});
