// Writing: a draft that moves along, a quick text that is filled in, rows from a file, a colleague who is mentioned.
import assert from 'node:assert/strict';
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

async function talking(agent) {
	const visitor = await (await Visitor.arrive(it)).open();
	const question = unique('Which tent is the lightest?');
	await visitor.introduce({ 'First name': 'Robin' }).catch(() => undefined);
	await seen(visitor.field);
	await visitor.write(question);
	await agent.accept(question);
	return { visitor, question };
}

story('a draft follows its author to another device, and goes with the message', async () => {
	const desk = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const laptop = await Agent.logIn(it, it.user('agent'));
	const { visitor } = await talking(desk);
	const begun = unique('The Fern is 900 g');
	await desk.field.fill(begun);
	// The other screen's list shows it, and so does the conversation that is opened there.
	await laptop.page.getByRole('link', { name: 'Inbox' }).first().click();
	await seen(laptop.list.getByText(begun));
	await laptop.page.goto(desk.page.url());
	await until('the draft is in the other field', async () => (await laptop.field.inputValue()) === begun);

	// What is being typed is not replaced: the other text is offered.
	await laptop.field.focus();
	await laptop.field.pressSequentially('!');
	await desk.field.focus();
	const more = `${begun}, and stands alone.`;
	await desk.field.fill(more);
	await seen(laptop.page.getByText('Changed on another device'));
	assert.ok((await laptop.field.inputValue()).endsWith('!'), 'what was typed is gone');
	await laptop.page.getByRole('button', { name: 'Use it' }).click();
	await until('the other text is taken', async () => (await laptop.field.inputValue()) === more);

	const token = await it.token(it.user('agent'));
	const kept = async () => (await it.api('GET', `/conversations/${desk.conversation()}/draft`, undefined, token)).items;
	await until('the choice is kept', async () => (await kept())[0]?.text === more);
	await gone(desk.page.getByText('Changed on another device'));
	await laptop.field.press('Enter');
	await seen(visitor.said(more));
	await until('the draft went with the message', async () => (await desk.field.inputValue()) === '');
	await until('the server has no draft', async () => (await kept()).length === 0);
});

story('who calls for a note before the conversation is there writes it, and no commands', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const { question } = await talking(agent);
	const { page } = agent;
	const address = page.url();
	await page.goto(it.ready.url);
	const row = agent.list.getByRole('link', { name: question }).or(agent.list.getByText(question)).first();
	await seen(row);
	let arrive;
	const held = new Promise((resolve) => (arrive = resolve));
	await page.route(`**/api/v1/conversations/${address.split('/').at(-1)}*`, async (route) => {
		await held;
		await route.continue();
	});
	await row.click();
	await page.waitForURL(address);
	await page.keyboard.press('n');
	const note = 'Ask her about /order, and e-mail';
	await page.keyboard.type(note);
	arrive();
	await until('all of it stands in the note', async () => (await page.getByRole('textbox', { name: /note/i }).inputValue()) === note);
	assert.equal(page.url(), address);
	await page.keyboard.type('.');
	await page.keyboard.press('Enter');
	await seen(agent.bubble(`${note}.`));
	// It is said once: the palette, which takes what is typed ahead as well, begins empty.
	await page.getByRole('button', { name: 'Search and commands' }).click();
	assert.equal(await page.getByRole('dialog').getByRole('combobox').inputValue(), '');
});

story('a quick text is filled in; what has no value holds the message back', async () => {
	const made = await it.api('POST', '/quick-texts', { name: 'Order state', shortcut: 'order', folder: 'Orders', text: 'Order {{prechat._Order}} is on its way. {{agent.first_name}} of {{org.name}}' });
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const { visitor } = await talking(agent);
	await agent.field.pressSequentially('/ordr');
	const option = agent.page.getByRole('option', { name: /Order state/ });
	await seen(option);
	await agent.field.press('Enter');
	await until('the text is filled', async () => /^Order \{\{prechat\._Order\}\} is on its way\. \w+ of Harbor/.test(await agent.field.inputValue()));
	const send = agent.page.getByRole('button', { name: 'Send', exact: true });
	assert.ok(await send.isDisabled(), 'an unfilled text can be sent');
	await agent.page.getByRole('button', { name: /^Fill in \{\{prechat\._Order\}\}/ }).click();
	await agent.page.keyboard.type('4711');
	const answer = await agent.field.inputValue();
	assert.match(answer, /^Order 4711 is on its way\./);
	await send.click();
	await seen(visitor.said('Order 4711 is on its way.'));
	await until('its use is counted', async () => (await it.api('GET', `/quick-texts/${made.id}`)).uses === 1);
});

story('quick texts and users come from a file, with what is wrong told row by row', async () => {
	const admin = await Agent.logIn(it, it.user('admin'));
	await admin.page.goto(`${it.ready.url}/setup/quick-texts`);
	await admin.page.getByRole('button', { name: 'Import' }).click();
	const dialog = admin.page.getByRole('dialog');
	const csv = 'name;shortcut;text;language;folder;queues\nOpening hours;hours;We are here from nine to six.;;Shop;\nBroken;no good;x;;;\nLost;lost;x;;;Nowhere\n';
	await dialog.locator('input[type=file]').setInputFiles({ name: 'texts.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
	await seen(dialog.getByText('1 new, 0 changed, 0 as they are, 2 refused'));
	await seen(dialog.getByRole('row', { name: /3 shortcut A shortcut has letters/ }));
	await seen(dialog.getByRole('row', { name: /4 queues There is no queue/ }));
	await dialog.getByRole('button', { name: 'Import 1 good row' }).click();
	await gone(dialog);
	await seen(admin.page.getByRole('link', { name: 'Opening hours' }));

	await admin.page.goto(`${it.ready.url}/setup/users`);
	await admin.page.getByRole('button', { name: 'Import' }).click();
	await dialog.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('name,email\nNia Bell,nia@example.com\n') });
	await dialog.getByRole('button', { name: 'Import all' }).click();
	await seen(dialog.getByText(/\/invite\//));
	await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
	await seen(admin.page.getByRole('link', { name: 'Nia Bell' }));
});

story('a note is followed by a note; Escape leads back to the reply', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const { visitor } = await talking(agent);
	await agent.field.press('Escape');
	await agent.page.keyboard.press('n');
	const note = agent.page.getByRole('textbox', { name: 'Note for colleagues' });
	for (const thought of [unique('She is angry,'), unique('and she is right.')]) {
		await agent.page.keyboard.type(thought);
		await agent.page.keyboard.press('Enter');
		await seen(agent.bubble(thought));
		await until('the field is empty for another note', async () => (await note.inputValue()) === '');
	}
	// What is begun stays a note.
	await agent.page.keyboard.type('x');
	await agent.page.keyboard.press('Escape');
	await agent.page.keyboard.press('n');
	assert.equal(await note.inputValue(), 'x');
	await note.fill('');
	await agent.page.keyboard.press('Escape');
	const answer = unique('We are sorry.');
	await agent.page.keyboard.type(answer);
	await agent.page.keyboard.press('Enter');
	await seen(visitor.said(answer));
	await count(visitor.said('angry'), 0);
	await count(visitor.said('she is right'), 0);
});

story('a mention rings a bell, and the bell leads to the note', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const boss = await Agent.logIn(it, it.user('supervisor'));
	await talking(agent);
	await agent.page.getByLabel('Note', { exact: true }).check();
	const field = agent.page.getByRole('textbox', { name: 'Note for colleagues' });
	const name = (await it.api('GET', '/me', undefined, await it.token(it.user('supervisor')))).user.name;
	await field.pressSequentially(`@${name.slice(0, 3)}`);
	await agent.page.getByRole('option', { name: new RegExp(name) }).click();
	const ask = unique('may we refund this?');
	await field.pressSequentially(ask);
	await field.press('Enter');
	await seen(agent.bubble(ask));
	assert.equal(await agent.bubble(ask).locator('strong.mention').innerText(), `@${name}`);

	await boss.page.getByRole('button', { name: '1 unread notification' }).click();
	await boss.page.getByRole('link', { name: new RegExp(ask.replace('?', '\\?')) }).click();
	await seen(boss.bubble(ask));
	await count(boss.page.getByRole('button', { name: 'Notifications', exact: true }), 1);
});
