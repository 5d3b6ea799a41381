// What everybody needs of the pages: axe finds nothing, the keyboard reaches everything and shows where
// it is, and little is loaded before something can be seen.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { inspect } from './axe.mjs';
import { stop } from './focus.mjs';
import { paper, picture } from './files.mjs';
import { seen, stage, unique, until } from './harness.mjs';
import { Agent, Phone, Visitor } from './people.mjs';

const { it, story } = stage();

/** Walks with Tab until the names are all reached, and checks that each stop can be seen. */
async function walk(page, names, most = 60) {
	const missing = new Set(names);
	const unseen = [];
	for (let i = 0; i < most && missing.size > 0; i++) {
		await page.keyboard.press('Tab');
		const at = await stop(page);
		if (!at) continue;
		if (!at.drawn) unseen.push(at.name || '(no name)');
		for (const name of missing) if (at.name.startsWith(name)) missing.delete(name);
	}
	assert.deepEqual([...missing], [], 'Tab never reaches these');
	assert.deepEqual(unseen, [], 'the focus can’t be seen here');
}

/** Sizes, as they travel compressed, of what a page loads of a kind. */
function weigh(page) {
	const bodies = [];
	page.on('response', (response) => {
		const type = response.headers()['content-type'] ?? '';
		if (/javascript|css|html/.test(type)) bodies.push(response.body().then((body) => ({ path: new URL(response.url()).pathname, type, size: gzipSync(body).length })).catch(() => undefined));
	});
	return async (only) => (await Promise.all(bodies)).filter((one) => one && only(one));
}
const total = (parts) => parts.reduce((sum, one) => sum + one.size, 0);

story('axe finds nothing serious, in light and in dark, and the keyboard reaches what matters', async () => {
	const found = [];
	const page = await it.page();
	await page.goto(it.ready.url);
	await seen(page.getByRole('button', { name: 'Log in' }));
	found.push(...await inspect('login', page));
	await walk(page, ['E-mail', 'Password', 'Log in']);

	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const admin = await Agent.logIn(it, it.user('admin'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Wanda' });
	const question = unique('Can I pick it up?');
	await phone.write(question);
	await agent.accept(question);
	await agent.write('Of course, until six.');
	await seen(phone.said('until six'));
	const waiting = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, {});
	await it.sandbox('POST', `/phones/${waiting.id}/messages`, { text: 'Hello, anybody?' });
	await seen(agent.offer('anybody'));
	found.push(...await inspect('inbox with a conversation and an offer', agent.page));
	await agent.page.getByRole('link', { name: 'Switchboard, to the inbox' }).focus();
	await walk(agent.page, ['Search and commands', 'Grace Novak:', 'Sort', 'New conversation', 'Mine', 'Search conversations', 'Search everything', 'Status', 'Flagged', 'Accept', 'Decline', 'Wanda', 'Transfer', 'Inactive', 'End', 'Raise a flag', 'More actions', 'Find in this conversation', 'Message to Wanda', 'Attach files', 'Send a template', 'Emoji', 'Quick texts']);

	await agent.log.focus();
	await agent.page.keyboard.press('t');
	await seen(agent.page.getByRole('option').first());
	found.push(...await inspect('transfer', agent.page));

	found.push(...await inspect('phone page', phone.page));
	const customer = await (await Visitor.arrive(it)).open();
	await seen(customer.frame.getByLabel('First name'));
	const inside = customer.page.frames().find((frame) => frame.url().includes('frame.html'));
	found.push(...await inspect('widget, pre-chat', customer.page, inside));
	await customer.introduce({ 'First name': 'Lin' });
	await customer.write('Hello');
	await seen(customer.said('Hello'));
	found.push(...await inspect('widget', customer.page, inside));
	assert.deepEqual(found, []);
}, 600_000);

story('little is loaded before something can be seen', async () => {
	const page = await it.page();
	const loaded = weigh(page);
	const agent = it.user('agent');
	await page.goto(it.ready.url);
	await page.getByLabel('E-mail').fill(agent.email);
	await page.getByLabel('Password').fill(agent.password);
	await page.getByRole('button', { name: 'Log in' }).click();
	await seen(page.getByRole('heading', { name: 'Inbox' }));
	const scripts = await loaded((one) => one.type.includes('javascript'));
	assert.ok(scripts.length > 0);
	assert.ok(total(scripts) <= 150 * 1024, `the console loads ${total(scripts)} bytes of script: ${JSON.stringify(scripts)}`);

	// Of the widget, everything that is meant to come after the first paint is held back: the window
	// must be there without it.
	const shop = await it.page();
	const widget = weigh(shop);
	let release;
	const painted = new Promise((resolve) => (release = resolve));
	await shop.route(/\/widget\/assets\/(live|entries|said|content|Composer|files|Prechat|Interview|fields|Palette)-/, (route) => painted.then(() => route.continue()));
	await shop.goto(`${it.ready.url}/widget/test.html?org=${it.ready.org.key}&deployment=Demo_Web`);
	await shop.getByRole('button', { name: /^Open messages/ }).click();
	const frame = shop.frameLocator('iframe');
	await seen(frame.getByRole('heading', { name: 'Harbor & Pine' }));
	// The shop's own page is not the widget's.
	const parts = await widget((one) => one.path.startsWith('/widget/') && !/\/test[.-]/.test(one.path));
	assert.ok(parts.length > 1);
	assert.ok(total(parts) <= 40 * 1024, `the widget loads ${total(parts)} bytes: ${JSON.stringify(parts)}`);
	release();
	await seen(frame.getByLabel('First name'));
});

/** The widget's window as a customer has it: its frame, and what axe finds in it. */
const windowOf = (customer) => customer.page.frames().find((frame) => frame.url().includes('frame.html'));

story('axe finds nothing in the widget, whatever it shows, nor from right to left', async () => {
	const { items } = await it.api('GET', '/deployments');
	const { channel_id, draft } = items.find((one) => one.api_name === 'Demo_Web');
	const { id } = await it.api('POST', '/deployments', { name: 'Asked', api_name: 'Asked', channel_id, draft: { ...draft, prechat_style: 'conversation' } });
	await it.api('POST', `/deployments/${id}/publish`);
	const found = [];
	const look = async (name, customer) => found.push(...await inspect(`widget, ${name}`, customer.page, windowOf(customer)));

	const customer = await Visitor.arrive(it);
	await seen(customer.page.getByRole('button', { name: /^Open messages/ }));
	found.push(...await inspect('widget, closed', customer.page));
	await customer.open();
	await customer.frame.getByRole('button', { name: 'Start conversation' }).click();
	await seen(customer.frame.getByText('Please fill this in.'));
	await look('pre-chat that complains', customer);
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	await customer.introduce({ 'First name': 'Lin' });
	const question = unique('Do you have a picture of it?');
	await customer.write(question);
	await agent.accept(question);
	// Files both ways, and a question with answers to choose from.
	for (const file of [picture(), paper()]) {
		await agent.page.getByLabel('Attach files').setInputFiles(file);
		const send = agent.page.getByRole('button', { name: 'Send', exact: true });
		await until('the file is uploaded', () => send.isEnabled());
		await send.click();
		await seen(customer.log.getByRole('link', { name: file.name }));
	}
	await windowOf(customer).locator('input[type=file]').setInputFiles(picture('mine.png'));
	await look('with a file chosen', customer);
	await customer.write('Like this one?');
	await seen(customer.said('Like this one?').getByText(/Sent|Delivered|Read/));
	// A question with answers comes by the public wire alone: here an agent's words become one on their way.
	await agent.write('Which wood?');
	await seen(customer.said('Which wood?'));
	await customer.page.route(/\/entries\?/, async (route) => {
		const response = await route.fetch();
		const json = await response.json();
		for (const entry of json.conversationEntries ?? []) {
			const message = entry.entryPayload?.abstractMessage;
			if (message?.staticContent?.text !== 'Which wood?') continue;
			const options = ['Oak', 'Ash'].map((title) => ({ itemType: 'TitleOptionItem', optionIdentifier: title, titleItem: { itemType: 'TitleItem', title } }));
			Object.assign(entry.entryPayload.abstractMessage, { messageType: 'ChoicesMessage', staticContent: undefined, choices: { formatType: 'Buttons', text: 'Which wood?', optionItems: options } });
		}
		await route.fulfill({ response, json });
	});
	await customer.page.reload();
	await customer.open();
	await seen(customer.frame.getByRole('button', { name: 'Oak' }));
	await look('with files and answers to choose from', customer);
	await customer.frame.getByRole('button', { name: 'Emoji' }).click();
	await seen(customer.frame.getByRole('dialog').or(customer.frame.getByRole('listbox')).or(customer.frame.getByRole('grid')));
	await look('emoji', customer);
	await customer.page.keyboard.press('Escape');
	const { frame } = customer;
	await frame.getByRole('button', { name: 'More' }).click();
	await seen(frame.getByRole('menu'));
	await look('menu with the transcript', customer);
	await frame.getByRole('menuitem', { name: 'End conversation' }).click();
	await seen(frame.getByRole('dialog'));
	await look('asked whether to end', customer);
	await frame.getByRole('button', { name: 'End it' }).click();
	await seen(frame.getByRole('button', { name: 'Download transcript' }));
	await look('ended', customer);

	const asked = await (await Visitor.arrive(it, { deployment: 'Asked' })).open();
	await asked.frame.getByRole('textbox').press('Enter');
	await seen(asked.frame.getByRole('alert'));
	await look('pre-chat as a conversation', asked);

	const rtl = await Visitor.arrive(it, { language: 'ar' });
	await rtl.page.getByRole('button', { name: 'فتح الرسائل' }).click();
	await rtl.frame.getByLabel('الاسم الأول').fill('Ines');
	await look('pre-chat, from right to left', rtl);
	await rtl.frame.getByRole('button', { name: 'بدء المحادثة' }).click();
	await rtl.frame.getByRole('textbox', { name: 'اكتب رسالة' }).fill('مرحبا');
	await rtl.page.keyboard.press('Enter');
	await seen(rtl.frame.getByRole('article'));
	await look('from right to left', rtl);
	assert.deepEqual(found, []);
	await it.presence(agent.user, 'offline');
}, 400_000);

story('axe finds nothing on the phone page, with both phones and the provider’s side', async () => {
	const found = [];
	const admin = await Agent.logIn(it, it.user('admin'));
	for (const type of ['whatsapp', 'sms', 'rcs', 'messenger', 'instagram'].filter((type) => it.channel(type))) {
		const phone = await Phone.pickUp(it, admin.page.context(), type, { name: 'Wanda' });
		await phone.write('Hello');
		await seen(phone.said('Hello'));
		found.push(...await inspect(`phone, ${type}`, phone.page));
		await phone.page.close();
	}
	const { page } = await Phone.pickUp(it, admin.page.context(), 'whatsapp');
	await page.getByRole('button', { name: /^Attach/ }).click();
	await seen(page.getByRole('menu'));
	found.push(...await inspect('phone, what to attach', page));
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Show what is exchanged' }).click();
	await seen(page.getByRole('tab', { name: 'Exchange' }));
	found.push(...await inspect('phone, exchange', page));
	await page.getByRole('tab', { name: 'Misbehave' }).click();
	found.push(...await inspect('phone, misbehave', page));
	assert.deepEqual(found, []);
}, 300_000);
