// An administrator proves that a WhatsApp number is the business's own, and writes its profile.
import assert from 'node:assert/strict';
import { seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

story('WhatsApp: the number is verified by a code and taken into service; customers get a profile', async () => {
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	const id = it.channel('whatsapp').id;
	const number = (change) =>
		page.evaluate(
			async ([path, body]) => (await fetch(path, { method: body ? 'PATCH' : 'GET', body: body && JSON.stringify(body) })).json(),
			[`/sandbox/api/channels/${id}/number`, change]
		);
	await number({ verified: false, registered: false });
	await page.goto(`${it.ready.url}/setup/channels/${id}`);
	await page.getByRole('button', { name: 'Ask the provider' }).click();
	await page.getByRole('button', { name: 'Send a code by SMS' }).click();
	await seen(page.getByLabel('Code', { exact: true }));
	await page.getByLabel('Code', { exact: true }).fill('000000');
	await page.getByRole('button', { name: 'Verify', exact: true }).click();
	await seen(page.getByRole('alert').filter({ hasText: 'doesn’t take this code' }).or(page.getByText(/doesn't take this code/)));
	const { code } = await number();
	await page.getByLabel('Code', { exact: true }).fill(code);
	await page.getByRole('button', { name: 'Verify', exact: true }).click();
	await page.getByLabel('PIN of six digits').fill('482913');
	await page.getByRole('button', { name: 'Take into service' }).click();
	await seen(page.getByText('Connected', { exact: true }));
	await seen(page.getByText('Customers rarely block or report this number.'));
	await seen(page.getByText('Up to 80 messages a second.'));
	await seen(page.getByRole('figure', { name: 'How customers see it' }).getByText('Sandbox business')); // the verified name, not the channel's
	await number({ quality: 'RED' });
	await page.getByRole('button', { name: 'Ask the provider' }).click();
	await seen(page.getByText(/Many customers block or report this number/));

	const words = unique('Bicycles and repairs');
	await page.getByLabel('Description').fill(words);
	await page.getByLabel('Website 1').fill('shop');
	await page.getByRole('button', { name: 'Save profile' }).click();
	await seen(page.getByText(/Write a whole address/));
	await page.getByLabel('Website 1').fill('https://shop.example.com');
	await page.getByRole('button', { name: 'Save profile' }).click();
	await seen(page.getByText('The profile is saved.'));
	await page.reload();
	await until('the profile is the provider’s', async () => (await page.getByLabel('Description').inputValue().catch(() => '')) === words);
	await seen(page.getByRole('figure', { name: 'How customers see it' }).getByText(words));
	assert.equal((await number()).registered, true);
	for (const [width, scheme] of [[1440, 'light'], [390, 'dark']].filter(() => process.env.E2E_SHOTS)) {
		await page.setViewportSize({ width, height: 900 });
		await page.emulateMedia({ colorScheme: scheme });
		for (const name of ['Number at the provider', 'Limits', 'Business profile']) {
			await page.getByRole('heading', { name, exact: true }).scrollIntoViewIfNeeded();
			await page.screenshot({ path: `${process.env.E2E_SHOTS}/${width}-${scheme}-${name.split(' ')[0]}.png` });
		}
	}
});
