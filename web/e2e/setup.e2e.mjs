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
