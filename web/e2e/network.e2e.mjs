// The network goes away and comes back, at the agent's and at the customer's.
import { connect, createServer } from 'node:net';
import { count, seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

story('the agent’s network drops: what came meanwhile is there once, what was written goes out once', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const channel = it.channel('sms');
	const phone = await it.sandbox('POST', `/channels/${channel.id}/phones`, {});
	const says = (text) => it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	const first = unique('Hello?');
	await says(first);
	await agent.accept(first);

	await agent.page.context().setOffline(true);
	const missed = [unique('Are you'), unique('still'), unique('there?')];
	for (const text of missed) await says(text);
	const answers = [unique('I am.'), unique('Sorry for the wait.')];
	for (const text of answers) await agent.write(text);
	await seen(agent.page.getByText(/^You are offline/));
	await seen(agent.page.getByText(/2 messages wait to be sent/));
	await count(agent.log.getByText('Not sent yet'), 2);

	await agent.page.context().setOffline(false);
	for (const text of missed) await seen(agent.bubble(text));
	for (const text of answers) await agent.became(text, 'Delivered');
	for (const text of [first, ...missed, ...answers]) await count(agent.log.getByText(text, { exact: true }), 1);
	const { items } = await it.sandbox('GET', `/phones/${phone.id}/messages`);
	const got = items.filter((m) => !m.customer).map((m) => m.content.text);
	await until('the phone has both, once and in order', () => JSON.stringify(got) === JSON.stringify(answers));
	await seen(agent.page.getByRole('link', { name: phone.number }).first());
});

story('the customer’s network drops: what they wrote waits, and goes out once', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const customer = await (await Visitor.arrive(it)).open();
	await customer.introduce({ 'First name': 'Jun' });
	const first = unique('Hi there');
	await customer.write(first);
	await agent.accept(first);

	await customer.page.context().setOffline(true);
	const waiting = [unique('I am on a train'), unique('in a tunnel')];
	for (const text of waiting) await customer.write(text);
	await seen(customer.frame.getByText(/2 messages will be sent when you're back/));
	const answer = unique('Take your time.');
	await agent.write(answer);

	await customer.page.context().setOffline(false);
	await seen(customer.said(answer));
	for (const text of waiting) await seen(agent.bubble(text));
	for (const text of [first, ...waiting]) {
		await count(agent.log.getByText(text, { exact: true }), 1);
		await count(customer.log.getByText(text, { exact: true }), 1);
	}
});

/** A way to the server whose open connections can be made to swallow everything, as a dead network does. */
async function swallower(target) {
	const open = new Set();
	const server = createServer((near) => {
		const far = connect(Number(target.port), target.hostname);
		for (const [from, to] of [[near, far], [far, near]]) {
			open.add(from);
			from.on('data', (part) => !from.swallows && to.write(part));
			from.on('error', () => to.destroy()).on('close', () => (open.delete(from), from.swallows || to.destroy()));
		}
	});
	// The server lets in pages of its own port on this machine: the way stands beside it.
	const listen = (host) => new Promise((resolve, reject) => server.once('error', reject).listen(Number(target.port), host, () => resolve(host)));
	const host = await listen('::1').catch(() => listen('127.0.0.2'));
	return {
		url: `http://${host.includes(':') ? `[${host}]` : host}:${target.port}`,
		swallow: () => open.forEach((socket) => (socket.swallows = true)),
		close() {
			server.close();
			open.forEach((socket) => socket.destroy());
		}
	};
}

story('the connection dies without a word: the console notices by itself and catches up', async (t) => {
	const way = await swallower(new URL(it.ready.url));
	t.after(() => way.close());
	const agent = await (await Agent.logIn(it, it.user('agent'), {}, way.url)).setStatus('online');
	await agent.page.clock.install();
	const phone = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, {});
	const says = (text) => it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	const first = unique('Anybody?');
	await says(first);
	// While the conversation is still being read: that request is not answered, either.
	await agent.offer(first).getByRole('button', { name: 'Accept' }).click();
	await agent.page.waitForURL(/\/inbox\/[0-9a-f-]{36}/);
	way.swallow();
	const missed = unique('Did you get this?');
	await says(missed);
	// Forty seconds of silence are taken for a dead connection; then it comes back with its cursor. The page's clock
	// beats through them, as it would: nothing is left out.
	await agent.page.clock.runFor(41_000);
	await seen(agent.bubble(missed));
	await count(agent.log.getByText(missed, { exact: true }), 1);
});
