// The widget on a customer's page: what it keeps and when, drafts, languages, networks that hold streams
// back, and what the page hears.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { paper } from './files.mjs';
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

/** What the widget has kept in this browser: names in localStorage, databases. */
const kept = (page) =>
	page.evaluate(async () => ({
		keys: Object.keys(localStorage).filter((key) => key.startsWith('switchboard')).map((key) => key.replace(/^switchboard:[^:]*:\/\/[^|]*\|[^|]*\|[^:]*:/, '')).sort(),
		databases: (await indexedDB.databases()).map((one) => one.name).filter((name) => name.startsWith('switchboard')),
		cookies: document.cookie
	}));
const nothing = { keys: [], databases: [], cookies: '' };
const say = (page, call) => page.evaluate((call) => window.embeddedservice_bootstrap.utilAPI[call](), call);

/** noting keeps the last detail of each event that a page has ever heard, over reloads. */
async function noting(page, ever = new Map()) {
	await page.exposeFunction('note', (name, detail) => void ever.set(name, detail && JSON.parse(detail)));
	await page.addInitScript(() => {
		const dispatch = window.dispatchEvent.bind(window);
		window.dispatchEvent = (event) => {
			if (event.type.startsWith('onEmbedded')) window.note(event.type, JSON.stringify(event.detail));
			return dispatch(event);
		};
	});
	return ever;
}

/** The customer's token and conversation, as their browser has them. */
const session = (page) =>
	page.evaluate(() => {
		const read = (name) => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(`:${name}`))));
		return { token: read('token').text, talk: read('talk')?.id };
	});
const introduce = (customer, name = 'Ines') => customer.introduce({ 'First name': name });

story('where streams are blocked, it asks: once and in order; and streams when it can', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const page = await it.page();
	let asked = 0;
	await page.route(/\/eventrouter\/v1\/sse/, (route) => route.abort());
	page.on('request', (request) => (asked += request.url().includes('/eventrouter/v1/poll') ? 1 : 0));
	const customer = await Visitor.arrive(it, { page });
	await customer.open();
	await introduce(customer);
	const question = unique('Are you there?');
	await customer.write(question);
	await agent.accept(question);
	const answers = [];
	for (let n = 1; n <= 5; n++) {
		answers.push(unique(`Answer ${n}`));
		await agent.write(answers.at(-1));
		await seen(agent.bubble(answers.at(-1)));
	}
	await seen(customer.said(answers.at(-1)));
	assert.ok(asked > 0, 'it never asked');
	assert.deepEqual(await customer.log.locator('article', { hasText: /^Answer \d|Answer \d/ }).evaluateAll((all) => all.map((one) => /Answer \d/.exec(one.textContent)[0])), ['Answer 1', 'Answer 2', 'Answer 3', 'Answer 4', 'Answer 5']);
	await gone(customer.frame.getByText('Connecting again.'));
	await seen(customer.said(question).getByText(/Read|Delivered/));

	// The way is free again, and the network comes back: the stream goes on after what was asked for.
	await page.unroute(/\/eventrouter\/v1\/sse/);
	await page.context().setOffline(true);
	await seen(customer.frame.getByText("You're offline."));
	const later = unique('Said meanwhile.');
	await agent.write(later);
	await seen(agent.bubble(later));
	const streamed = page.waitForResponse((response) => response.url().includes('/eventrouter/v1/sse') && response.status() === 200);
	await page.context().setOffline(false);
	await seen(customer.said(later));
	await streamed;
	await count(customer.said(later), 1);
	await count(customer.said(answers[4]), 1);
});

story('the page hears what happens, once each', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const page = await it.page();
	const ever = await noting(page);
	await page.addInitScript(() => {
		window.heard = [];
		const dispatch = window.dispatchEvent.bind(window);
		window.dispatchEvent = (event) => {
			if (event.type.startsWith('onEmbedded')) window.heard.push({ name: event.type.replace(/^onEmbedded(Messaging)?/, ''), detail: event.detail });
			return dispatch(event);
		};
	});
	const customer = await Visitor.arrive(it, { page });
	const heard = async (name) => (await page.evaluate((name) => window.heard.filter((one) => one.name === name), name));
	const hears = (name, n = 1) => until(`the page hears ${name}, ${n} times`, async () => (await heard(name)).length === n);
	for (const name of ['InitSuccess', 'Ready', 'ButtonCreated', 'WithinBusinessHours']) await hears(name);
	await customer.open();
	for (const name of ['ButtonClicked', 'WindowMaximized', 'PreChatLoaded']) await hears(name);
	await page.evaluate(() => window.embeddedservice_bootstrap.autoResponseAPI.setAutoResponseParameters({ plan: 'gold', '1bad': 'x' }));
	await introduce(customer);
	await hears('PreChatSubmitted');
	assert.equal((await heard('PreChatSubmitted'))[0].detail.prechatDetails._firstName, 'Ines');
	await hears('ConversationStarted');
	const question = unique('Do you hear me?');
	await customer.write(question);
	await hears('MessageSent');
	await agent.accept(question);
	await hears('MessageDelivered');
	await seen(agent.page.getByLabel('About this conversation').getByText('gold', { exact: true }));
	for (const name of ['ConversationRouted', 'ConversationParticipantChanged']) await until(name, async () => (await heard(name)).length > 0);
	await until('the session is active', async () => (await heard('SessionStatusUpdate')).some((one) => JSON.stringify(one.detail).includes('Active')));
	await hears('MessageRead');
	await agent.write('See https://example.com/pegs for that.');
	const link = customer.log.getByRole('link', { name: 'https://example.com/pegs' });
	await page.context().route('https://example.com/**', (route) => route.fulfill({ body: '' }));
	await link.click();
	await hears('MessageLinkClicked');
	assert.equal((await heard('MessageLinkClicked'))[0].detail.link, 'https://example.com/pegs');
	await customer.frame.getByRole('button', { name: 'Minimise' }).click();
	await hears('WindowMinimized');

	await page.reload();
	await hears('ConversationOpened');
	await customer.open();
	await seen(customer.said(question));
	await customer.frame.getByRole('button', { name: 'More' }).click();
	await customer.frame.getByRole('menuitem', { name: 'End conversation' }).click();
	await customer.frame.getByRole('button', { name: 'End it' }).click();
	await customer.frame.getByRole('button', { name: 'Close' }).click();
	await hears('WindowClosed');
	await until('the session has ended', async () => (await heard('SessionStatusUpdate')).some((one) => JSON.stringify(one.detail).includes('Ended')));

	// The customer's program closes the conversation itself.
	const { token, talk } = await session(page);
	const closed = await fetch(`${it.ready.url}/iamessage/api/v2/conversation/${talk}?esDeveloperName=Demo_Web`, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
	assert.ok(closed.ok, `closing it: ${closed.status}`);
	await hears('ConversationClosed');

	const elsewhere = await it.page();
	await noting(elsewhere, ever);
	await elsewhere.goto(`${it.ready.url}/widget/test.html?org=${it.ready.org.key}&deployment=No_Such`);
	await until('the page hears that it can’t be loaded', () => ever.get('onEmbeddedMessagingInitError')?.reason);

	// Hours that begin and end while somebody is there.
	const early = await it.page();
	await noting(early, ever);
	const opens = Date.now() + 3000;
	await early.route(/\/businesshours/, (route) => route.fulfill({ json: { businessHoursInfo: { businessHours: [{ startTime: opens, endTime: opens + 1500 }] } } }));
	await Visitor.arrive(it, { page: early });
	await until('hours begin', () => ever.has('onEmbeddedMessagingBusinessHoursStarted'));
	await until('hours end', () => ever.has('onEmbeddedMessagingBusinessHoursEnded'));

	// No deployment verifies identities, so the door for them is another one here.
	const known = await it.page();
	await noting(known, ever);
	await known.route(/\/authorization\/authenticated\/access-token/, async (route) => {
		if (route.request().method() !== 'POST') return route.continue();
		const { customerIdentityToken: _, authorizationType: __, ...body } = route.request().postDataJSON();
		await route.fulfill({ response: await route.fetch({ url: route.request().url().replace('/authenticated/', '/unauthenticated/'), postData: body }) });
	});
	const member = await Visitor.arrive(it, { page: known });
	await known.evaluate(() => window.embeddedservice_bootstrap.userVerificationAPI.setIdentityToken({ identityTokenType: 'JWT', identityToken: 'a.b.c' }));
	await member.open();
	await introduce(member);
	await member.write('Hello');
	await seen(member.said('Hello').getByText('Sent'));
	await fetch(`${it.ready.url}/iamessage/api/v2/authorization/authenticated/access-token`, { method: 'DELETE', headers: { Authorization: `Bearer ${(await session(known)).token}` } });
	await member.write('Still there?');
	await until('the page hears that the identity has expired', () => ever.has('onEmbeddedMessagingIdentityTokenExpired'));

	const named = ['Ready', 'InitSuccess', 'InitError', 'ButtonCreated', 'ButtonClicked', 'ConversationStarted', 'ConversationOpened', 'ConversationClosed', 'ConversationRouted', 'ConversationParticipantChanged', 'SessionStatusUpdate', 'IdentityTokenExpired', 'WithinBusinessHours', 'BusinessHoursStarted', 'BusinessHoursEnded', 'PreChatLoaded', 'PreChatSubmitted', 'WindowClosed', 'WindowMinimized', 'WindowMaximized'].map((name) => `onEmbeddedMessaging${name}`);
	const messages = ['Sent', 'Delivered', 'Read', 'LinkClicked'].map((name) => `onEmbeddedMessage${name}`);
	assert.deepEqual([...named, ...messages].filter((name) => !ever.has(name)), [], 'the page never hears these');
	for (const name of ['Started', 'Opened']) assert.match(ever.get(`onEmbeddedMessagingConversation${name}`).conversationId, /^[0-9a-f-]{36}$/);
	for (const [name, type] of Object.entries({ onEmbeddedMessagingConversationRouted: 'RoutingResult', onEmbeddedMessagingConversationParticipantChanged: 'ParticipantChanged', onEmbeddedMessagingSessionStatusUpdate: 'SessionStatusChanged', onEmbeddedMessagingConversationClosed: 'CloseConversation', onEmbeddedMessageSent: 'Message', onEmbeddedMessageDelivered: 'DeliveryAcknowledgement', onEmbeddedMessageRead: 'ReadAcknowledgement' })) {
		const { conversationId, conversationEntry } = ever.get(name);
		assert.match(conversationId, /^[0-9a-f-]{36}$/, name);
		assert.equal(conversationEntry.entryType, type, name);
		assert.equal(typeof conversationEntry.entryPayload, 'string', name);
	}
});

story('a file that was refused goes again with its progress; the end; what was said as a file', async () => {
	const customer = await (await Visitor.arrive(it)).open();
	await introduce(customer);
	const { page, frame } = customer;
	const big = { ...paper(), buffer: Buffer.concat([paper().buffer, Buffer.from(`\n%${'x'.repeat(600_000)}`)]) };
	await page.route(/\/conversation\/[^/]+\/file$/, (route) => route.fulfill({ status: 413, json: { code: 'too_large' } }));
	await page.locator('iframe').contentFrame().locator('input[type=file]').setInputFiles(big);
	const said = unique('The label.');
	await customer.write(said);
	await seen(frame.getByText('Not sent: it is too big'));
	await page.unroute(/\/conversation\/[^/]+\/file$/);
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Network.enable');
	await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: 200_000 });
	await frame.getByRole('button', { name: 'Resend' }).click();
	const bar = frame.getByRole('progressbar', { name: /^Uploading, / });
	await until('it is part of the way', async () => {
		const share = Number(await bar.getAttribute('value', { timeout: 1000 }));
		return share > 0 && share < 1;
	});
	await seen(customer.said(said).getByText('Sent'));
	await cdp.detach();

	await frame.getByRole('button', { name: 'More' }).click();
	await frame.getByRole('menuitem', { name: 'End conversation' }).click();
	await frame.getByRole('button', { name: 'End it' }).click();
	await seen(frame.getByText('You ended the conversation'));
	const [download] = await Promise.all([page.waitForEvent('download'), frame.getByRole('button', { name: 'Download transcript' }).click()]);
	assert.match(download.suggestedFilename(), /^conversation-\d{4}-\d\d-\d\d\.txt$/);
	const text = readFileSync(await download.path(), 'utf8');
	assert.ok(text.includes(said) && text.includes('label.pdf'), text);
	await frame.getByRole('button', { name: 'Start a new conversation' }).click();
	await seen(customer.field);
});

// From here on nobody answers: what waits would be offered first to an agent of the stories above.

story('nothing is kept until the page says so, and nothing is left when it takes that back', async () => {
	const customer = await Visitor.arrive(it, { storage: 'wait' });
	await customer.open();
	await introduce(customer);
	const first = unique('Before I agreed.');
	await customer.write(first);
	await seen(customer.said(first).getByText('Sent'));
	await customer.field.fill('half a sentence');
	assert.deepEqual(await kept(customer.page), nothing);

	// A second page knows nothing of the first.
	const other = await Visitor.arrive(it, { context: customer.page.context(), storage: 'wait' });
	await other.open();
	await seen(other.frame.getByLabel('First name'));
	await other.page.close();

	await say(customer.page, 'allowStorage');
	await until('what was in memory is kept', async () => {
		const { keys } = await kept(customer.page);
		return ['device', 'talk', 'token'].every((key) => keys.includes(key)) && keys.some((key) => key.startsWith('draft:'));
	});

	// From now on it survives a reload, once the page has said so again: also while the widget asks the server who it
	// is, or what was said.
	for (const slow of ['', '**/access-token', '**/conversation/list?*']) {
		await customer.page.reload();
		let answer = () => {};
		const asked = slow && new Promise((reached) => {
			void customer.page.route(slow, async (route) => {
				reached();
				await new Promise((release) => (answer = release));
				await route.continue();
			}, { times: 1 });
		});
		await customer.open();
		await seen(customer.frame.getByLabel('First name'));
		await asked;
		await say(customer.page, 'allowStorage');
		await until('the widget has heard it', async () => (await kept(customer.page)).keys.includes('used'));
		answer();
		await seen(customer.said(first));
		assert.equal(await customer.field.inputValue(), 'half a sentence');
	}

	await say(customer.page, 'denyStorage');
	await until('nothing is kept', async () => (await kept(customer.page)).keys.length === 0);
	assert.deepEqual(await kept(customer.page), nothing);
	const last = unique('I took it back.');
	await customer.write(last);
	await seen(customer.said(last).getByText('Sent'));
	assert.deepEqual(await kept(customer.page), nothing);
	await customer.page.reload();
	await customer.open();
	await seen(customer.frame.getByLabel('First name'));
});

story('a draft survives a reload, and goes with its message or the customer', async () => {
	const customer = await (await Visitor.arrive(it)).open();
	await introduce(customer);
	await customer.write(unique('Hello.'));
	await customer.field.fill('My order number is');
	await customer.page.reload();
	await customer.open();
	await until('the draft is back', async () => (await customer.field.inputValue()) === 'My order number is');
	await customer.field.press('Enter');
	await seen(customer.said('My order number is').getByText('Sent'));
	assert.deepEqual((await kept(customer.page)).keys.filter((key) => key.startsWith('draft')), []);

	await customer.field.fill('something private');
	await until('the draft is kept', async () => (await kept(customer.page)).keys.some((key) => key.startsWith('draft')));
	await customer.page.evaluate(() => window.embeddedservice_bootstrap.userVerificationAPI.clearSession());
	await until('it is gone', async () => (await kept(customer.page)).keys.every((key) => key === 'used'));
	await customer.open();
	await introduce(customer, 'Somebody else');
	assert.equal(await customer.field.inputValue(), '');
});

story('a file on its way is taken back, and what was written behind it goes', async () => {
	const customer = await (await Visitor.arrive(it)).open();
	await introduce(customer);
	await customer.page.route(/\/conversation\/[^/]+\/file$/, () => {}); // never answered
	await customer.page.locator('iframe').contentFrame().locator('input[type=file]').setInputFiles(paper());
	await customer.frame.getByRole('button', { name: 'Send', exact: true }).click();
	const cancel = customer.frame.getByRole('button', { name: 'Cancel sending label.pdf' });
	await seen(cancel);
	const text = unique('Never mind the paper.');
	await customer.write(text);
	await cancel.click();
	await seen(customer.said(text).getByText('Sent'));
	await gone(cancel);
	assert.deepEqual((await kept(customer.page)).keys.filter((key) => key.startsWith('outbox')), []);
});

story('it speaks the page’s language, and Arabic from right to left', async () => {
	for (const [language, field, open] of [
		['de', 'Nachricht schreiben', 'Nachrichten öffnen'],
		['fr', 'Écrire un message', 'Ouvrir les messages'],
		['es', 'Escriba un mensaje', 'Abrir los mensajes'],
		['ar', 'اكتب رسالة', 'فتح الرسائل']
	]) {
		const customer = await Visitor.arrive(it, { language });
		await customer.page.getByRole('button', { name: open }).click();
		const start = { de: 'Gespräch beginnen', fr: 'Commencer la conversation', es: 'Empezar la conversación', ar: 'بدء المحادثة' }[language];
		const name = { de: 'Vorname', fr: 'Prénom', es: 'Nombre', ar: 'الاسم الأول' }[language];
		// Asked for without what it needs, it complains in the same language.
		await customer.frame.getByRole('button', { name: start }).click();
		await seen(customer.frame.getByText({ de: 'Bitte füllen Sie das aus.', fr: 'Veuillez remplir ce champ.', es: 'Rellene este campo.', ar: 'يُرجى ملء هذا الحقل.' }[language]));
		await customer.frame.getByLabel(name).fill('Ines');
		await customer.frame.getByRole('button', { name: start }).click();
		const box = customer.frame.getByRole('textbox', { name: field });
		await box.fill('hello');
		await box.press('Enter');
		const html = customer.frame.locator('html');
		await seen(customer.frame.getByRole('article'));
		assert.equal(await html.getAttribute('lang'), language);
		assert.equal(await html.getAttribute('dir'), language === 'ar' ? 'rtl' : 'ltr');
		const { x, width } = await customer.frame.getByRole('article').locator('.bubble').boundingBox();
		const frame = await customer.page.locator('iframe').boundingBox();
		assert.equal(x + width / 2 > frame.x + frame.width / 2, language !== 'ar', 'one’s own message stands where lines end');
		await customer.page.context().close();
	}
});
