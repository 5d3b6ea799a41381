// Every page of the set-up, its detail pages, what pages show when there is nothing, when it fails and when it
// isn't allowed, and what opens over pages: axe finds nothing there.
import assert from 'node:assert/strict';
import { inspect } from './axe.mjs';
import { gone, seen, stage } from './harness.mjs';
import { Agent, around, loading } from './people.mjs';

const { it, story } = stage();

story('axe finds nothing on any page of the set-up, nor in what opens over pages, in light and in dark', async () => {
	const found = [];
	const look = async (name, but) => found.push(...await inspect(name, page, page.mainFrame(), but));
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	const at = async (path, ready = page.getByRole('heading', { level: 1 })) => {
		await page.goto(`${it.ready.url}${path}`);
		await seen(ready);
		await gone(page.locator(loading));
	};
	await at('/setup/users');
	// What stands around is the same on all of them: it is looked at once.
	await look('set-up, with what stands around');
	for (const path of ['', 'security', 'channels', 'deployments', 'keysets', 'keys', 'templates', 'countries', 'countries/DE', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'permission-sets', 'api-keys', 'organisation', 'delivery-errors', 'quarantine']) {
		await admin.visit(`/setup/${path}`);
		await look(`set-up: ${path}`, around);
	}
	for (const path of ['channels', 'deployments', 'keysets', 'keys', 'templates', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'users', 'permission-sets']) {
		const { items } = await it.api('GET', `/${path}?limit=1`);
		if (items.length > 0) {
			await at(`/setup/${path}/${items[0].id}`);
			await look(`set-up: one of ${path}`, around);
		} else await at(`/setup/${path}`);
		// Leaving a new one would be asked about: the next place is loaded.
		await admin.visit(`/setup/${path}/new`);
		await look(`set-up: a new one of ${path}`, around);
	}
	// A sandbox channel, and the way out of it.
	await at(`/setup/channels/${it.channel('whatsapp').id}`, page.getByRole('button', { name: 'Go to production' }));
	await look('set-up: a sandbox channel', around);
	await page.getByRole('button', { name: 'Go to production' }).click();
	await seen(page.getByRole('dialog'));
	await look('to production', around);
	await page.keyboard.press('Escape');

	for (const [what, answer] of [['fails', { status: 500, json: { status: 500, code: 'internal', detail: 'Something went wrong on our side.' } }], ['isn’t allowed', { status: 403, json: { status: 403, code: 'no_permission', detail: 'You may not see this.' } }], ['is empty', { json: { items: [] } }]]) {
		const list = /\/api\/v1\/queues\?/;
		await page.route(list, (route) => route.fulfill({ contentType: 'application/problem+json', ...answer }));
		await at('/setup/queues');
		await look(`a list that ${what}`, around);
		await page.unroute(list);
	}
	await at('/setup/queues/01900000-0000-7000-8000-000000000000', page.getByRole('main'));
	await look('a thing that isn’t there', around);

	await at('/search', page.getByRole('searchbox').or(page.getByRole('textbox')));
	await look('search');
	await at('/', page.getByRole('heading', { name: 'Inbox' }));
	for (const [name, key] of [['palette', 'Control+k'], ['keys', '?']]) {
		await page.keyboard.press(key);
		await seen(page.getByRole('dialog'));
		await look(name);
		await page.keyboard.press('Escape');
		await gone(page.getByRole('dialog'));
	}
	await page.getByRole('button', { name: `${admin.user.name}:` }).click();
	await seen(page.getByRole('menu'));
	await look('presence menu');
	await page.getByRole('menuitem', { name: 'Preferences' }).click();
	await seen(page.getByRole('dialog'));
	await look('preferences');
	assert.deepEqual(found, []);
}, 1_200_000);
