// Sensitive data: a rule is made, a customer writes a card number, and nobody is shown it.
import assert from 'node:assert/strict';
import { seen, stage, unique, until } from './harness.mjs';
import { Agent, Phone } from './people.mjs';

const { it, story } = stage();

/** Pictures to look at, where they are asked for: wide and narrow, light and dark. */
async function shots(page, name) {
	if (!process.env.SHOTS) return;
	for (const [width, height] of [[1440, 900], [390, 844]])
		for (const colorScheme of ['light', 'dark']) {
			await page.setViewportSize({ width, height });
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			await page.screenshot({ path: `${process.env.SHOTS}/${name}-${width}-${colorScheme}.png`, fullPage: width === 390, animations: 'disabled' });
		}
	await page.setViewportSize({ width: 1440, height: 900 });
	await page.emulateMedia({ colorScheme: 'light' });
}

story('a rule with a preset: the card number of a customer is masked for the agent, and search doesn’t find it', async () => {
	const card = '4024 0071 0393 9509';
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	await page.goto(`${it.ready.url}/setup/sensitive-data-rules`);
	await seen(page.getByText('No rules yet'));
	await shots(page, 'rules-none');
	await page.getByRole('link', { name: 'New rule' }).click();
	// The preset is chosen, and the tester shows what it does to its example.
	const tester = page.getByRole('region', { name: 'Try it' });
	await seen(tester.locator('mark').filter({ hasText: '4111 1111 1111 1111' }));
	await seen(tester.getByText('My card is [removed], valid until 12/29.'));
	// A pattern of one's own, first a bad one.
	await page.getByLabel('What is to be found').selectOption({ label: 'A pattern of my own' });
	await page.getByRole('textbox', { name: 'Pattern' }).fill('(a+)+$');
	await page.getByRole('textbox', { name: 'Name' }).fill('Slow');
	await page.getByRole('button', { name: 'Create' }).click();
	await seen(page.getByText(/This pattern takes too long on some texts/));
	await page.getByRole('textbox', { name: 'Pattern' }).fill('CUST-\\d{6}');
	await seen(tester.locator('mark').filter({ hasText: 'CUST-204518' }));
	await seen(tester.getByText(/1 find, in/));
	await shots(page, 'rule-pattern');
	await page.getByLabel('What is to be found').selectOption({ label: 'Payment cards' });
	await page.getByRole('textbox', { name: 'Name' }).fill('Card numbers');
	await page.getByRole('textbox', { name: 'Replacement' }).fill('[card]');
	await page.getByRole('button', { name: 'Look through the latest messages' }).click();
	await seen(page.getByText(/It would have taken something out of 0 texts/));
	await page.getByRole('button', { name: 'Create' }).click();
	await page.waitForURL(/sensitive-data-rules\/[0-9a-f-]{36}/);
	await seen(page.getByText('Nothing yet.'));

	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const phone = await Phone.pickUp(it, page.context(), 'whatsapp', { name: 'Tomás' });
	const said = unique('My card, is it');
	await phone.write(`${said} ${card}?`);
	await agent.accept(said);
	await seen(agent.bubble(`${said} [card]?`));
	await seen(agent.bubble(said).getByText('A value was removed by the rule “Card numbers”'));
	// Nor do agents pass one on: what they write is masked for everybody, the customer too.
	const passed = unique('You mean this one');
	await agent.write(`${passed}: ${card}`);
	await seen(phone.said(`${passed}: [card]`));
	await seen(agent.bubble(`${passed}: [card]`));
	await shots(agent.page, 'masked');

	const found = await it.api('GET', `/search?q=${encodeURIComponent('40240071')}`);
	assert.equal(found.items.flatMap((one) => one.hits ?? []).length, 0, JSON.stringify(found));
	await until('what was said around it is found', async () => (await it.api('GET', `/search?q=${encodeURIComponent(said)}`)).items.length > 0);

	await page.reload();
	await seen(page.getByRole('row', { name: /Customers.*A message/ }));
	await seen(page.getByRole('row', { name: /Agents.*A message/ }));
	await shots(page, 'rule');
	await page.goto(`${it.ready.url}/setup/sensitive-data-rules`);
	await seen(page.getByRole('row', { name: /Card numbers.*Payment cards.*Replace it with \[card\].*2/ }));
	await it.api('POST', '/sensitive-data-rules', { name: 'Customer numbers', active: true, pattern: 'CUST-\\d{6}', action: 'remove', authors: ['customer'] });
	await page.reload();
	await page.getByRole('button', { name: 'Apply Customer numbers earlier' }).click();
	await until('the order changed', async () => (await it.api('GET', '/sensitive-data-rules')).items[0].name === 'Customer numbers');
	await seen(page.getByRole('row').nth(1).filter({ hasText: 'Customer numbers' }));
	await shots(page, 'rules');
});
