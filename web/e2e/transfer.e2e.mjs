// Handing work over, asking for help, and erasing what is over.
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

/** A customer writes, and the agent accepts. */
async function work(agent, text = unique('My tent arrived without poles')) {
	const phone = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, { name: unique('Robin') });
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	await agent.accept(text);
	return { text, phone };
}

/** The next story begins without them. */
const leave = (...agents) => Promise.all(agents.map((agent) => it.presence(agent.user, 'offline')));

const online = async (n) => (await Agent.logIn(it, it.user('agent', n))).setStatus('online');

/** The agent hands the open conversation to somebody, by keyboard alone. */
async function transfer(agent, name, note) {
	await agent.log.focus();
	await agent.page.keyboard.press('t');
	const dialog = agent.page.getByRole('dialog', { name: /^Transfer / });
	await dialog.getByRole('combobox', { name: 'Find an agent or a queue' }).fill(name);
	await seen(dialog.getByRole('option', { name: new RegExp(name), selected: true }));
	await count(dialog.getByRole('option'), 1);
	await agent.page.keyboard.press('Enter');
	await agent.page.keyboard.type(note);
	await agent.page.keyboard.press('Enter');
	await gone(dialog);
}

const strip = (who) => who.page.getByRole('group', { name: 'Flagged' });
const banner = (agent) => agent.page.getByRole('group', { name: 'Transfer' });

story('a transfer takes its note along; the giver writes until it is accepted, and leaves then', async () => {
	const giver = await online(0);
	const { text } = await work(giver);
	const taker = await online(1);
	const note = unique('Wants a refund; order 4711.');
	await transfer(giver, taker.user.name, note);
	await seen(banner(giver).getByText(`Transfer to ${taker.user.name}`));
	await seen(banner(giver).getByText(note));

	// Still there, still answering.
	const answer = unique('One moment, a colleague takes over.');
	await giver.write(answer);
	await giver.became(answer, 'Delivered');

	await seen(taker.offer(text).getByText(`Handed over by ${giver.user.name}`));
	await seen(taker.offer(text).getByText(note));
	await taker.accept(text);
	await seen(taker.bubble(answer));
	await gone(banner(giver));
	await gone(giver.field);
	const { session } = await it.api('GET', `/conversations/${taker.conversation()}`);
	if (session.agent.name !== taker.user.name || session.transfer) throw new Error(`it is not the taker's: ${JSON.stringify(session)}`);
	const next = unique('Hello, I have your order here.');
	await taker.write(next);
	await taker.became(next, 'Delivered');
	await leave(giver, taker);
});

story('a transfer can be withdrawn until somebody accepts it', async () => {
	const giver = await online(0);
	const { text } = await work(giver);
	const taker = await online(1);
	await transfer(giver, taker.user.name, 'For you.');
	await seen(taker.offer(text));
	await banner(giver).getByRole('button', { name: 'Withdraw' }).click();
	await gone(banner(giver));
	await gone(taker.offer(text));
	const folded = giver.log.getByRole('button', { name: /^\d+ events$/ });
	if (await folded.count()) await folded.click();
	await seen(giver.log.getByText(/withdrew the transfer/));
	const answer = unique('It stays with me.');
	await giver.write(answer);
	await giver.became(answer, 'Delivered');
	await leave(giver, taker);
});

story('a transfer that is declined goes back to where the work came from, and stays on its way', async () => {
	const giver = await online(0);
	const { text } = await work(giver);
	const taker = await online(1);
	await transfer(giver, taker.user.name, 'Your field?');
	await taker.offer(text).getByRole('button', { name: 'Decline' }).click();
	await taker.page.getByRole('menuitem', { name: 'Not my field' }).click();
	await gone(taker.offer(text));
	// The giver sees where it waits now, and can still take it back.
	await until('it waits elsewhere', async () => !(await banner(giver).textContent()).includes(taker.user.name));
	await banner(giver).getByRole('button', { name: 'Withdraw' }).click();
	await gone(banner(giver));
	await seen(giver.field);
	await leave(giver, taker);
});

story('a flag calls the supervisor, who finds the conversation by it', async () => {
	const supervisor = await Agent.logIn(it, it.user('supervisor'));
	await supervisor.page.goto(`${it.ready.url}/inbox?scope=all`);
	await seen(supervisor.list);
	const agent = await online(0);
	const { phone } = await work(agent);
	const note = unique('They ask for a manager');
	await agent.log.focus();
	await agent.page.keyboard.press('f');
	const dialog = agent.page.getByRole('dialog', { name: 'Ask for help?' });
	await dialog.getByLabel('What do you need?').fill(note);
	await dialog.getByRole('button', { name: 'Raise a flag' }).click();
	await gone(dialog);
	await seen(strip(agent).getByText(note));

	await seen(supervisor.page.getByText(new RegExp(`${agent.user.name} asks for help with .*${note}`)));
	await supervisor.page.getByRole('button', { name: 'Flagged' }).click();
	await supervisor.page.waitForURL(/flagged=true/);
	const row = supervisor.list.getByRole('link', { name: new RegExp(phone.number.replace('+', '\\+') + '|' + (phone.name ?? phone.number)) });
	await seen(row);
	await row.first().click();
	await seen(strip(supervisor).getByText(note));
	await supervisor.page.getByRole('button', { name: 'Lower the flag' }).click();
	await gone(strip(agent).getByText(note));
	await until('the row leaves the flagged ones', async () => (await supervisor.list.getByRole('listitem').count()) === 0);
	await leave(agent);
});

story('a session that is over is deleted for good: its words are gone, that there were some stays', async () => {
	const agent = await online(0);
	const { text } = await work(agent);
	const supervisor = await Agent.logIn(it, it.user('supervisor'));
	await supervisor.page.goto(`${it.ready.url}/inbox/${agent.conversation()}?scope=all`);
	await seen(supervisor.bubble(text));
	const trash = supervisor.page.getByRole('button', { name: /^Delete session / });
	await count(trash, 0, 'an open session has no button that deletes it');

	await agent.page.getByRole('button', { name: 'End', exact: true }).click();
	await agent.page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
	await seen(trash);
	await trash.click();
	const dialog = supervisor.page.getByRole('dialog', { name: /^Delete session / });
	await seen(dialog.getByText(/erased for good/));
	await dialog.getByRole('button', { name: 'Delete for good' }).click();
	await gone(dialog);
	for (const who of [supervisor, agent]) {
		await seen(who.log.getByText(/of a deleted session/));
		await gone(who.bubble(text));
	}
	const { items } = await it.api('GET', `/conversations/${agent.conversation()}/entries`);
	if (JSON.stringify(items).includes(text)) throw new Error('the server still has the words');
});
