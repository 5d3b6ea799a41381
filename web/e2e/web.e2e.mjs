// A customer on a web page and an agent: from the first question to a new beginning.
import assert from 'node:assert/strict';
import { paper, picture } from './files.mjs';
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

story('a customer asks in the widget, an agent answers, and both see what became of it', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const customer = await (await Visitor.arrive(it)).open();
	await customer.introduce({ 'First name': 'Ines', 'E-mail': 'ines@example.com', 'Order number': '10234' });
	const question = unique('Does the tent stand on sand?');
	await customer.write(question);
	await seen(customer.said(question));

	// The offer says who asks what, and what they told before.
	const offer = agent.offer(question);
	await seen(offer);
	await seen(agent.page.getByRole('article', { name: 'Offer: Ines on Web shop' }));
	for (const told of ['Ines', 'ines@example.com', '10234']) await seen(offer.getByText(told));
	await agent.page.keyboard.press('a');
	await agent.page.waitForURL(/\/inbox\//);
	await seen(agent.bubble(question));
	const details = agent.page.getByLabel('About this conversation');
	// The hidden field, which the page filled in.
	await seen(details.getByText('tent', { exact: true }));
	await seen(customer.frame.getByRole('heading', { name: agent.user.name }));

	// Each sees that the other writes.
	await agent.field.pressSequentially('It does');
	await seen(customer.log.getByText(`${agent.user.name} is typing`));
	const answer = unique('It does, with the wide pegs.');
	await agent.write(answer);
	await seen(customer.said(answer));
	await gone(customer.log.getByText(`${agent.user.name} is typing`));
	await customer.field.pressSequentially('And ');
	await seen(agent.log.getByText('Ines is typing'));

	// Both see that the other has read.
	await agent.became(answer, 'Read');
	await seen(customer.said(question).getByText('Read'));

	// A picture one way, a paper the other.
	await customer.page.locator('iframe').contentFrame().locator('input[type=file]').setInputFiles(picture());
	await customer.write(unique('like this one?'));
	const shown = agent.log.getByRole('img', { name: 'oak.png' });
	await seen(shown);
	await until('the picture is loaded', () => shown.evaluate((img) => img.complete && img.naturalWidth > 0));
	await agent.page.getByLabel('Attach files').setInputFiles(paper());
	await seen(agent.page.getByText('label.pdf'));
	const send = agent.page.getByRole('button', { name: 'Send', exact: true });
	await until('the file is uploaded', () => send.isEnabled());
	await send.click();
	const file = customer.log.getByRole('link', { name: 'label.pdf' });
	await seen(file);
	const fetched = await customer.page.request.get(new URL(await file.getAttribute('href'), it.ready.url).href);
	assert.equal(fetched.status(), 200);
	assert.deepEqual(await fetched.body(), paper().buffer);

	// A reload and a second tab: the same conversation in both, still live.
	await customer.page.reload();
	await customer.open().catch(() => {});
	await seen(customer.said(answer));
	await seen(customer.said('like this one?').getByText('Read'));
	const second = await Visitor.arrive(it, { context: customer.page.context() });
	await second.open();
	await seen(second.said(answer));
	const both = unique('Both tabs see this.');
	await agent.write(both);
	await seen(customer.said(both));
	await seen(second.said(both));
	const fromSecond = unique('Written in the second tab.');
	await second.write(fromSecond);
	await seen(agent.bubble(fromSecond));
	await seen(customer.said(fromSecond));
	await count(customer.said(both), 1);
	await agent.page.reload();
	await agent.became(answer, 'Read');

	// The agent ends; the customer sees it and begins anew.
	await agent.page.getByRole('button', { name: 'End', exact: true }).click();
	await agent.page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
	const anew = second.frame.getByRole('button', { name: 'Start a new conversation' });
	await seen(anew);
	await seen(agent.log.getByText(/Ended by/));
	await anew.click();
	const again = unique('One more thing.');
	await second.write(again);
	await seen(agent.offer(again));
});
