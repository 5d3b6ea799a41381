// How the set-up is edited: what changed is named, saved, taken back; two people at the same thing; leaving.
import assert from 'node:assert/strict';
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

const bar = (page) => page.getByRole('region', { name: 'Unsaved changes' });
const configuration = async (name) => (await it.api('GET', '/routing-configurations')).items.find((one) => one.name === name);

/** A routing configuration of one's own, so that stories don't meet. */
async function fresh(name) {
	return it.api('POST', '/routing-configurations', { name, model: 'least_active', priority: 3, size_units: 1, push_timeout_seconds: 30, auto_accept: false });
}

story('the save bar names what changed, the keyboard saves, and Undo restores it', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const name = unique('Calm');
	const made = await fresh(name);
	await page.goto(`${it.ready.url}/setup/routing-configurations/${made.id}`);
	await page.getByLabel('Priority').fill('7');
	await page.getByLabel('Time to accept (seconds)').fill('45');
	await seen(bar(page).getByText('Priority, Time to accept'));
	await page.keyboard.press('Control+s');
	const toast = page.getByRole('status').filter({ hasText: 'Saved.' });
	await seen(toast);
	await gone(bar(page));
	await until('it is stored', async () => (await configuration(name)).priority === 7);

	await toast.getByRole('button', { name: 'Undo' }).click();
	await until('it is as before', async () => {
		const now = await configuration(name);
		return now.priority === 3 && now.push_timeout_seconds === 30;
	});
	await until('the page shows it', async () => (await page.getByLabel('Priority').inputValue()) === '3');
});

story('undo does not overwrite what somebody saved since', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const name = unique('Swift');
	const made = await fresh(name);
	await page.goto(`${it.ready.url}/setup/routing-configurations/${made.id}`);
	await page.getByLabel('Priority').fill('8');
	await page.getByRole('button', { name: 'Save changes' }).click();
	const toast = page.getByRole('status').filter({ hasText: 'Saved.' });
	await seen(toast);
	await it.api('PATCH', `/routing-configurations/${made.id}`, { priority: 5 });
	await toast.getByRole('button', { name: 'Undo' }).click();
	await seen(page.getByText('Somebody has changed it since'));
	assert.equal((await configuration(name)).priority, 5);
});

story('two administrators at the same thing: what differs is shown, and both ways out work', async () => {
	const first = await Agent.logIn(it, it.user('admin'));
	const second = await Agent.logIn(it, it.user('admin'));
	const name = unique('Shared');
	const made = await fresh(name);
	const address = `${it.ready.url}/setup/routing-configurations/${made.id}`;
	await first.page.goto(address);
	await second.page.goto(address);
	await seen(second.page.getByLabel('Priority'));

	await first.page.getByLabel('Priority').fill('4');
	await first.page.getByLabel('Time to accept (seconds)').fill('90');
	await first.page.getByRole('button', { name: 'Save changes' }).click();
	await seen(first.page.getByText('Saved.'));

	await second.page.getByLabel('Priority').fill('9');
	await second.page.getByRole('button', { name: 'Save changes' }).click();
	const dialog = second.page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
	await seen(dialog.getByRole('row', { name: 'Priority 4 9' }));
	await seen(dialog.getByRole('row', { name: /Time to accept.* 90 / }));
	await dialog.getByRole('button', { name: 'Keep mine' }).click();
	await until('mine where I changed something, theirs elsewhere', async () => {
		const now = await configuration(name);
		return now.priority === 9 && now.push_timeout_seconds === 90;
	});

	await first.page.getByLabel('Priority').fill('2');
	await first.page.getByRole('button', { name: 'Save changes' }).click();
	await first.page.getByRole('dialog').getByRole('button', { name: 'Take theirs' }).click();
	await until('theirs is shown', async () => (await first.page.getByLabel('Priority').inputValue()) === '9');
	await gone(bar(first.page));
	assert.equal((await configuration(name)).priority, 9);
});

story('leaving with unsaved changes asks, by link and by the back button', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const made = await fresh(unique('Careful'));
	await page.goto(`${it.ready.url}/setup/routing-configurations`);
	await page.getByRole('link', { name: made.name }).click();
	await page.getByLabel('Priority').fill('6');
	await page.getByRole('navigation', { name: 'Set-up' }).getByRole('link', { name: 'Queues' }).click();
	const dialog = page.getByRole('dialog', { name: 'Leave with unsaved changes?' });
	await seen(dialog.getByText('Priority'));
	await dialog.getByRole('button', { name: 'Stay here' }).click();
	assert.equal(await page.getByLabel('Priority').inputValue(), '6');

	await page.goBack();
	await seen(dialog);
	assert.match(page.url(), new RegExp(made.id));
	await dialog.getByRole('button', { name: 'Leave without saving' }).click();
	await seen(page.getByRole('heading', { name: 'Routing configurations', level: 1 }));
	assert.equal((await configuration(made.name)).priority, 3);

	await page.getByRole('link', { name: made.name }).click();
	await page.getByLabel('Priority').fill('6');
	await page.getByRole('navigation', { name: 'Set-up' }).getByRole('link', { name: 'Queues' }).click();
	await dialog.getByRole('button', { name: 'Save and leave' }).click();
	await seen(page.getByRole('heading', { name: 'Queues', level: 1 }));
	assert.equal((await configuration(made.name)).priority, 6);
});

story('a refusal stands at its field, and the field has the focus', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.goto(`${it.ready.url}/setup/presence-statuses/new`);
	await page.getByLabel('Position').fill('3');
	await page.getByRole('button', { name: 'Create' }).click();
	await until('the name has the focus', () => page.evaluate(() => document.activeElement?.getAttribute('aria-invalid') === 'true' && document.activeElement.labels[0].textContent.trim() === 'Name'));
});

story('an empty organisation: the checklist leads to a test message that is answered', async () => {
	const printed = await it.demo.command('org', 'create', '--name', 'Small Bakery', '--admin', 'baker@bakery.example', '--public-url', it.ready.url);
	const page = await it.page();
	await page.goto(/https?:\/\/\S+\/invite\/\S+/.exec(printed)[0]);
	await page.getByLabel('Your name').or(page.getByLabel('Name')).first().fill('Bea Baker');
	await page.getByLabel('New password').fill('rye and sourdough');
	await page.getByRole('button', { name: 'Set password and log in' }).click();
	await seen(page.getByRole('navigation', { name: 'Places' }));
	const baker = new Agent(it, { name: 'Bea Baker' }, page);

	await page.goto(`${it.ready.url}/setup`);
	await seen(page.getByRole('meter', { name: 'First steps' }).or(page.getByText('1 of 5 steps')));
	for (const step of ['Publish the widget', 'Make queues']) {
		await page.getByRole('button', { name: `Skip: ${step}` }).click();
		await seen(page.getByRole('button', { name: `Take up again: ${step}` }));
	}
	await page.reload();
	await seen(page.getByRole('button', { name: 'Take up again: Make queues' }));
	await seen(page.getByText('1 of 3 steps'));

	await page.getByRole('link', { name: 'Connect a channel', exact: true }).last().click();
	await page.getByRole('button', { name: /WhatsApp/ }).click();
	await page.getByRole('switch', { name: 'Play it in the sandbox' }).check();
	await page.getByRole('button', { name: 'Connect', exact: true }).click();
	await page.getByRole('button', { name: 'Next' }).click();
	await seen(page.getByRole('heading', { name: 'Send a test message' }));
	await baker.setStatus('online');

	await page.goto(`${it.ready.url}/setup`);
	await seen(page.getByText('2 of 3 steps'));
	const [tab] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'Open the phone page' }).click()]);
	const test = unique('Do you have rye bread?');
	await tab.getByRole('textbox', { name: 'Write a message' }).fill(test);
	await tab.getByRole('button', { name: 'Send' }).click();
	await page.bringToFront();
	await page.getByRole('main').getByRole('link', { name: 'Inbox' }).click();
	await baker.accept(test);
	await baker.write('Fresh from the oven.');
	await seen(tab.getByText('Fresh from the oven.'));
	await page.goto(`${it.ready.url}/setup`);
	await seen(page.getByText('Everything is ready.'));
});

story('the security checklist says what is open, why, and where it is mended', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.goto(`${it.ready.url}/setup`);
	await page.getByRole('link', { name: /^Security .*recommendation/ }).click();
	await seen(page.getByRole('heading', { name: 'This is a demo' }));
	await seen(page.getByText('SWITCHBOARD_SMTP'));
	const single = page.getByRole('heading', { name: 'There is one administrator only' });
	await seen(single);
	const sets = (await it.api('GET', '/permission-sets')).items;
	const supervisor = (await it.api('GET', '/users')).items.find((u) => u.email === 'supervisor@demo.example');
	await it.api('PATCH', `/users/${supervisor.id}`, { permission_set_id: sets.find((s) => s.api_name === 'admin').id });
	await page.reload();
	await seen(page.getByRole('heading', { name: 'This is a demo' }));
	await gone(single);
	// Who may not change the organisation isn't told its weak spots.
	const agent = await it.token(it.user('agent'));
	await assert.rejects(it.api('GET', '/setup/security', undefined, agent), /403/);
});

story('a setting is found by a word, in the set-up and in the palette', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.goto(`${it.ready.url}/setup`);
	await page.getByRole('searchbox', { name: 'Find a setting' }).fill('pre-chat');
	const places = page.getByRole('navigation', { name: 'Set-up' }).getByRole('link');
	await until('one place is left', async () => (await places.count()) === 1);
	await page.keyboard.press('Enter');
	await seen(page.getByRole('heading', { name: 'Deployments', level: 1 }));
	await page.goto(`${it.ready.url}/inbox`);
	await seen(page.getByRole('region', { name: 'Conversations' })); // before, nobody hears keys
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox').last().fill('routing conf');
	await page.getByRole('option', { name: /Routing configurations/ }).click();
	await seen(page.getByRole('heading', { name: 'Routing configurations', level: 1 }));
});

story('a template and a quick text show what the customer will see while they are written', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.goto(`${it.ready.url}/setup/quick-texts/new`);
	const preview = page.getByRole('figure', { name: 'Preview' });
	await page.getByLabel('Text', { exact: true }).fill('Dear {{customer.first_name|customer}}, about {{prechat._Subject}}');
	await seen(preview.getByText('Dear Maya, about {{prechat._Subject}}'));
	const [template] = (await it.api('GET', '/templates')).items;
	await page.goto(`${it.ready.url}/setup/templates/${template.id}`);
	await page.getByLabel('Example for {{1}}').fill('Maya');
	await seen(preview.getByText('Maya'));
	await page.getByLabel('Body').fill('Hello {{1}}, all is well.');
	await seen(preview.getByText('Hello Maya, all is well.'));
	assert.notEqual(await page.getByLabel('Category').inputValue(), '');
});
