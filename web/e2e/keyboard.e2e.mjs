// One whole story for each role, told with the keyboard alone. Where Tab goes, the focus can be seen; a dialog that
// closes gives it back.
import assert from 'node:assert/strict';
import { picture } from './files.mjs';
import { gone, seen, stage, unique, until } from './harness.mjs';
import { keysTo, stop } from './focus.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

async function logIn(user) {
	const page = await it.page();
	await page.goto(it.ready.url);
	await seen(page.getByRole('button', { name: 'Log in' }));
	if (!(await stop(page))?.name.startsWith('E-mail')) await keysTo(page, 'E-mail');
	await page.keyboard.type(user.email);
	await keysTo(page, 'Password');
	await page.keyboard.type(user.password);
	await page.keyboard.press('Enter');
	await seen(page.getByRole('navigation', { name: 'Places' }));
	return new Agent(it, user, page);
}

/** The focus is on something, and not lost to the page. */
const kept = (page, what) => until(`the focus is somewhere after ${what}`, async () => (await stop(page)) !== undefined);

async function goOnline(agent) {
	const { page, user } = agent;
	await keysTo(page, `${user.name}:`);
	await page.keyboard.press('Enter');
	await seen(page.getByRole('menuitemradio').first());
	await keysTo(page, /takes work/, { key: 'ArrowDown', most: 12 });
	await page.keyboard.press('Enter');
	await seen(page.getByRole('button', { name: /: Available/ }));
	await until('the focus is back on the status', async () => (await stop(page))?.name.startsWith(`${user.name}:`));
}

async function customer(text, name = unique('Robin')) {
	const phone = await it.sandbox('POST', `/channels/${it.channel('whatsapp').id}/phones`, { name });
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
}

/** Back out of the field to the messages, where letters are keys. */
/** Letters that end or hand over are not heard within half a second of typing: nobody means them then. */
const toTheLog = async (page) => {
	const typed = Date.now();
	await keysTo(page, 'Messages', { key: 'Shift+Tab' });
	await until('letters are heard again', () => Date.now() - typed > 600);
};

story('an agent: log in, go online, accept, reply, note, hand over and take back, quick text, end', async () => {
	await it.api('POST', '/quick-texts', { name: 'Opening hours', shortcut: 'hours', text: 'We are here from nine to six.' });
	const agent = await logIn(it.user('agent'));
	const { page } = agent;
	await goOnline(agent);
	const question = unique('Do you sell pegs?');
	await customer(question);
	await seen(agent.offer(question));
	await keysTo(page, 'Accept', { most: 60 });
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/inbox\/[0-9a-f-]{36}/);
	await seen(agent.field);
	if (!(await stop(page))?.name.startsWith('Messages')) await toTheLog(page);
	await page.keyboard.press('i');
	await seen(page.getByText(/^Write to the customer first/)); // a key that can't do it now says why
	await keysTo(page, 'Message to');
	const answer = unique('Yes, in steel.');
	await page.keyboard.type(answer);
	await page.keyboard.press('Enter');
	await agent.became(answer, 'Delivered');

	await toTheLog(page);
	await page.keyboard.press('n');
	await until('the note has the focus', async () => (await stop(page))?.name.startsWith('Note'));
	const note = unique('Asks about pegs.');
	await page.keyboard.type(note);
	await page.keyboard.press('Enter');
	await seen(agent.bubble(note));

	await toTheLog(page);
	await page.keyboard.press('t');
	const transfer = page.getByRole('dialog', { name: /^Transfer / });
	await seen(transfer.getByRole('option').first());
	await page.keyboard.press('Escape');
	await gone(transfer);
	await until('the focus is back on the messages', async () => (await stop(page))?.name.startsWith('Messages'));
	await page.keyboard.press('t');
	await seen(transfer.getByRole('option').first());
	await page.keyboard.type('Support');
	await seen(transfer.getByRole('option', { name: /Support/, selected: true }));
	await page.keyboard.press('Enter');
	await page.keyboard.type('For you.');
	await page.keyboard.press('Enter');
	await gone(transfer);
	await kept(page, 'handing over');
	await keysTo(page, 'Withdraw');
	await page.keyboard.press('Enter');
	await gone(page.getByRole('group', { name: 'Transfer' }));

	await toTheLog(page);
	await page.keyboard.press('r');
	await until('the reply has the focus', async () => (await stop(page))?.name.startsWith('Message to'));
	await page.keyboard.type('/hours');
	await seen(page.getByRole('option', { name: /Opening hours/ }));
	await page.keyboard.press('Enter');
	await until('the text is there', async () => (await agent.field.inputValue()).startsWith('We are here'));
	await page.keyboard.press('Enter');
	await seen(agent.bubble('We are here from nine to six.'));

	await toTheLog(page);
	await page.keyboard.press('e');
	const end = page.getByRole('dialog');
	await seen(end);
	await keysTo(page, /^End/);
	await page.keyboard.press('Enter');
	await gone(end);
	await until('the session is over', async () => (await it.api('GET', `/conversations/${agent.conversation()}`)).session.status === 'ended');
	await it.presence(agent.user, 'offline');
});

story('a supervisor: see all, find somebody, open the conversation, call the palette and leave it', async () => {
	const name = unique('Kim');
	await customer('Where is my lantern?', name);
	const boss = await logIn(it.user('supervisor'));
	const { page } = boss;
	await page.keyboard.press('g');
	await page.keyboard.press('a');
	await page.waitForURL(/scope=all/);
	// What is found comes while the keyboard is already on a row: the row, and the focus, are still there then.
	await seen(boss.list.getByRole('link', { name: new RegExp(name) }));
	let answer;
	const asked = new Promise((resolve) => (answer = resolve));
	await page.route(/\/api\/v1\/conversations\?.*q=/, async (route) => answer(route));
	await keysTo(page, 'Search conversations');
	await page.keyboard.type(name);
	const search = await asked;
	await keysTo(page, new RegExp(name));
	await search.continue();
	await gone(page.locator('#conversation-list[aria-busy=true]'));
	assert.match((await stop(page))?.name ?? '', new RegExp(name), 'the focus is still on the row');
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/inbox\/[0-9a-f-]{36}/);
	await seen(boss.log);
	await page.keyboard.press('Control+k');
	const palette = page.getByRole('dialog');
	await seen(palette);
	await page.keyboard.press('Escape');
	await gone(palette);
	await kept(page, 'the palette');
});

story('an administrator: make a queue, change it, save, and take it back', async () => {
	const admin = await logIn(it.user('admin'));
	const { page } = admin;
	await keysTo(page, 'Set-up');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('heading', { level: 1 }));
	await keysTo(page, 'Queues');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('heading', { name: 'Queues', level: 1 }));
	await keysTo(page, 'New queue');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('button', { name: 'Create' }));
	const name = unique('Lamps');
	await keysTo(page, 'Name');
	await page.keyboard.type(name);
	await keysTo(page, 'Grace Novak');
	await page.keyboard.press('Space');
	await keysTo(page, 'Create');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('heading', { name, level: 1 }));
	await keysTo(page, 'Name');
	await page.keyboard.press('End');
	await page.keyboard.type(' and lanterns');
	await page.keyboard.press('Control+s');
	await seen(page.getByRole('heading', { name: `${name} and lanterns`, level: 1 }));
	await keysTo(page, 'Undo');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('heading', { name, level: 1, exact: true }));
	assert.ok((await it.api('GET', '/queues?limit=200')).items.some((q) => q.name === name && q.members.length === 1));
});

story('a customer: open the window, answer what is asked, write, and close it', async () => {
	const visitor = await Visitor.arrive(it);
	const { page } = visitor;
	await keysTo(page, 'Open messages');
	await page.keyboard.press('Enter');
	await seen(visitor.frame.getByLabel('First name'));
	const frame = page.frames().find((one) => one.url().includes('frame.html'));
	const inside = (name, options) => keysTo(page, name, { frame, ...options });
	if (!(await stop(frame))?.name.startsWith('First name')) await inside('First name');
	await page.keyboard.type('Lou');
	await inside('Start conversation');
	await page.keyboard.press('Enter');
	await seen(visitor.field);
	if (!(await stop(frame))?.name.startsWith('Write a message')) await inside('Write a message');
	const text = unique('Hello from the keys');
	await page.keyboard.type(text);
	await page.keyboard.press('Enter');
	await seen(visitor.said(text));
	await inside('Attach a file');
	await page.keyboard.press('Escape');
	await seen(page.getByRole('button', { name: /^Open messages/ }));
	await until('the focus is back on the button', async () => (await stop(page))?.name.startsWith('Open messages'));
});

story('a customer: attach a file and end the conversation', async () => {
	const visitor = await (await Visitor.arrive(it)).open();
	const { page } = visitor;
	page.on('filechooser', () => {}); // or the browser is told too late that choosers are ours to answer
	await visitor.introduce({ 'First name': 'Lou' });
	await visitor.write('Here it is.');
	await seen(visitor.said('Here it is.'));
	const frame = page.frames().find((one) => one.url().includes('frame.html'));
	const inside = (name, options) => keysTo(page, name, { frame, ...options });
	await inside('Attach a file');
	const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
	await chooser.setFiles(picture());
	// It stands ready and can be taken away again, both by keyboard.
	await seen(visitor.frame.getByRole('button', { name: 'Remove oak.png' }));
	await inside('Remove oak.png');
	await page.keyboard.press('Enter');
	await gone(visitor.frame.getByRole('button', { name: 'Remove oak.png' }));
	await until('the focus stays in the window', async () => (await stop(frame)) !== undefined);
	await inside('Attach a file');
	const [again] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')]);
	await again.setFiles(picture());
	await inside('Send');
	await page.keyboard.press('Enter');
	await seen(visitor.log.getByRole('img', { name: 'oak.png' }));

	await inside('More', { key: 'Shift+Tab' });
	await page.keyboard.press('Enter');
	await seen(visitor.frame.getByRole('menu'));
	await inside('End conversation', { key: 'ArrowDown', most: 6 });
	await page.keyboard.press('Enter');
	await seen(visitor.frame.getByRole('dialog'));
	await inside('End it');
	await page.keyboard.press('Enter');
	await seen(visitor.frame.getByText('You ended the conversation'));
	await inside('Start a new conversation');
	await page.keyboard.press('Enter');
	await seen(visitor.field);
});

story('a supervisor: narrow the list and hand over what an agent has', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const name = unique('Nora');
	const question = unique('Where is my stove?');
	await customer(question, name);
	await agent.accept(question);
	const id = agent.conversation();
	const boss = await logIn(it.user('supervisor'));
	const { page } = boss;
	await page.keyboard.press('g');
	await page.keyboard.press('a');
	await page.waitForURL(/scope=all/);
	await keysTo(page, 'Status');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('menu', { name: 'Status' }));
	await keysTo(page, 'Active', { key: 'ArrowDown', most: 8 });
	await page.keyboard.press('Enter');
	await page.waitForURL(/status=active/);
	await until('the focus is back on the filter', async () => (await stop(page))?.name === 'Status: Active');
	await keysTo(page, new RegExp(name), { most: 60 });
	await page.keyboard.press('Enter');
	await page.waitForURL(new RegExp(id));
	await seen(boss.log);
	await keysTo(page, 'More actions');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('menu'));
	await page.keyboard.press('Home');
	await until('the first action is Transfer', async () => (await stop(page))?.name.startsWith('Transfer'));
	await page.keyboard.press('Enter');
	const transfer = page.getByRole('dialog', { name: /^Transfer / });
	await seen(transfer.getByRole('option').first());
	await page.keyboard.type('Support');
	await seen(transfer.getByRole('option', { name: /Support/, selected: true }));
	await page.keyboard.press('Enter');
	await page.keyboard.type('Please take over.');
	await page.keyboard.press('Enter');
	await gone(transfer);
	await kept(page, 'handing over');
	await until('the queue has it', async () => {
		const { session } = await it.api('GET', `/conversations/${id}`);
		return session.transfer?.to?.name === 'Support' || session.queue?.name === 'Support';
	});
	await it.presence(agent.user, 'offline');
});
