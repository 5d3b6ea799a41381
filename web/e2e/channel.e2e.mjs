// A channel's page tells whether the channel works, and brings it from the sandbox to production.
import assert from 'node:assert/strict';
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

/** later waits until it is seen, while the page's clock goes faster: the page asks again by itself. */
const later = (page, locator) => until(`${locator}`, async () => {
	await page.clock.runFor(5000);
	return locator.first().isVisible();
});

/** The row of a channel in the list. */
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

story('a channel’s health is shown in the list and on its page, and renews itself', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.clock.install();
	const name = unique('Counter');
	const channel = await it.api('POST', '/channels', { type: 'whatsapp', name, sandbox: true });
	await page.goto(`${it.ready.url}/setup/channels`);
	await seen(row(page, name).getByText('Never used'));
	await row(page, name).getByRole('link').first().click();
	const health = page.getByRole('status').filter({ hasText: 'Never used' });
	await seen(health);
	await seen(page.getByText('Send a test message below.'));

	// A customer writes: nobody touches the page.
	const phone = await it.sandbox('POST', `/channels/${channel.id}/phones`, { name: 'Nora' });
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text: 'Are you there?' });
	await later(page, page.getByRole('status').filter({ hasText: 'Works' }));
	await seen(page.getByText('Messages come and go.'));

	// Somebody calls who isn't the provider.
	for (let n = 0; n < 3; n++) {
		const answer = await fetch(channel.webhook, { method: 'POST', body: '{}', headers: { 'X-Hub-Signature-256': 'sha256=00' } });
		assert.equal(answer.status, 401);
	}
	await later(page, page.getByRole('status').filter({ hasText: /Trouble.*without the provider’s signature: 3/s }));
	await page.goto(`${it.ready.url}/setup/channels`);
	await seen(row(page, name).getByText('Trouble'));
	await seen(row(page, name).getByText(/without the provider’s signature: 3/));

	await it.api('PATCH', `/channels/${channel.id}`, { routing: { mode: 'none' } });
	await later(page, row(page, name).getByText('Not routed: nobody is asked'));
	await it.api('PATCH', `/channels/${channel.id}`, { active: false });
	await later(page, row(page, name).getByText('Off'));
});

story('the guide may stop before routing: the channel is there and says that it isn’t routed', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const name = unique('Half done');
	await page.goto(`${it.ready.url}/setup/channels/new`);
	await page.getByRole('button', { name: /SMS.*Twilio/ }).click();
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.getByRole('switch', { name: 'Play it in the sandbox' }).check();
	await page.getByRole('button', { name: 'Connect', exact: true }).click();
	await seen(page.getByRole('button', { name: 'Next' }));
	await page.goto(`${it.ready.url}/setup/channels`);
	await seen(row(page, name).getByText('Not routed', { exact: true }));
	await seen(row(page, name).getByText('Not routed: nobody is asked'));
});

story('going to production asks the provider first, says why not, and leaves the channel as it was', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const name = unique('Line');
	const number = '+43 660 7654321';
	const made = await it.api('POST', '/channels', { type: 'sms', name, sandbox: true });
	await it.api('POST', '/channels', { type: 'sms', name: unique('Taken'), sandbox: true, address: number });
	await page.goto(`${it.ready.url}/setup/channels/${made.id}`);
	const open = page.getByRole('button', { name: 'Go to production' });
	await page.getByLabel('Name', { exact: true }).fill(`${name} now`);
	await seen(page.getByText('Save your changes first.'));
	assert.ok(await open.isDisabled());
	await page.getByRole('button', { name: 'Save changes' }).click();
	await gone(page.getByText('Save your changes first.'));
	await open.click();
	const dialog = page.getByRole('dialog', { name: 'From the sandbox to production' });
	const go = dialog.getByRole('button', { name: 'Check and go live' });
	await dialog.getByLabel('Number').fill(number);
	await dialog.getByLabel('Account SID').fill('nonsense');
	await dialog.getByLabel('Auth token').fill('0123456789abcdef0123456789abcdef');
	await go.click();
	await seen(dialog.getByText(/Account SID doesn.t look right/));
	await dialog.getByLabel('Account SID').fill('AC0123456789abcdef0123456789abcdef');
	await go.click();
	await seen(dialog.getByText(/already active on another channel/).first());
	await dialog.getByRole('radio', { name: /^Delete/ }).check();
	await page.keyboard.press('Escape');
	await gone(dialog);
	assert.ok(await open.evaluate((one) => one === document.activeElement), 'the focus is back');
	assert.equal((await it.api('GET', `/channels/${made.id}`)).sandbox, true);
});
