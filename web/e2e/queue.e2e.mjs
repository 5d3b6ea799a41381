// Customers who wait in a queue: what they hear of where they stand.
import assert from 'node:assert/strict';
import { count, seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

story('two wait; the first is taken, and the second is next', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const arrive = async (name, question) => {
		const customer = await Visitor.arrive(it);
		await customer.open();
		await customer.introduce({ 'First name': name });
		await customer.write(question);
		return customer;
	};
	const stands = (customer) => customer.frame.locator('header [aria-live=polite]');
	const hers = unique('Do you have pegs?');
	const ines = await arrive('Ines', hers);
	await seen(stands(ines).getByText("You're next."));
	const omar = await arrive('Omar', unique('Is the tent waterproof?'));
	await seen(stands(omar).getByText("You're number 2 in the queue."));
	if (process.env.E2E_SHOTS) await omar.page.screenshot({ path: `${process.env.E2E_SHOTS}/queue-2.png` });

	await agent.accept(hers);
	await seen(stands(omar).getByText("You're next."));
	if (process.env.E2E_SHOTS) await omar.page.screenshot({ path: `${process.env.E2E_SHOTS}/queue-1.png` });
	await until('who is talked to has no position any more', async () => !/queue|next/.test(await stands(ines).textContent()));
	await count(ines.log.getByText(/queue|next/), 0);

	// Come back, one still knows.
	await omar.page.reload();
	await omar.open();
	await seen(stands(omar).getByText("You're next."));
	assert.equal(await omar.frame.locator('[aria-live=assertive]').getByText("You're next.").count(), 0);
});
