// Two agents and the work that is offered to them.
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

async function write(text, name = 'Robin') {
	const phone = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, { name });
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
}

/** Both agents online; which of them has the offer comes first. */
async function both(text) {
	const agents = await Promise.all([0, 1].map((n) => Agent.logIn(it, it.user('agent', n))));
	await Promise.all(agents.map((agent) => agent.setStatus('online')));
	await write(text);
	const first = await until('somebody is offered it', async () => {
		for (const agent of agents) if (await agent.offer(text).count()) return agent;
	});
	return [first, agents.find((agent) => agent !== first)];
}

story('who declines is not asked again: it is offered to the other', async () => {
	const text = unique('Where is my parcel?');
	const [first, second] = await both(text);
	await first.offer(text).getByRole('button', { name: 'Decline' }).click();
	await first.page.getByRole('menuitem', { name: 'Not my field' }).click();
	await gone(first.offer(text));
	await second.accept(text);
	await seen(second.bubble(text));
	await it.presence(first.user, 'offline');
});

story('who lets the time run out loses the offer to the other', async () => {
	const { items } = await it.api('GET', '/routing-configurations');
	const standard = items.find((one) => one.name === 'Standard');
	const patch = (seconds) => it.api('PATCH', `/routing-configurations/${standard.id}`, { push_timeout_seconds: seconds });
	await patch(3);
	const text = unique('Do you repair zips?');
	const [first, second] = await both(text);
	await seen(second.offer(text));
	await gone(first.offer(text));
	await second.accept(text);
	await patch(45);
});

story('who goes offline gives the offer away, and after a while their conversations', async () => {
	const text = unique('Can I change the address?');
	const [first, second] = await both(text);
	await first.setStatus('offline');
	await second.accept(text);
	// The rest is the server's: a conversation of somebody who went offline waits 30 seconds for them.
	await first.setStatus('online');
	await second.setStatus('offline');
	await until('the conversation is offered to the one who is here', () => first.offer(text).count(), 45_000);
	await first.accept(text);
	await seen(first.bubble(text));
});
