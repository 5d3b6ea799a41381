// Every page of the set-up, its detail pages, what pages show when there is nothing, when it fails and when it
// isn't allowed, and what opens over pages: axe finds nothing there.
import assert from 'node:assert/strict';
import { inspect } from './axe.mjs';
import { gone, seen, stage } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

story('axe finds nothing on any page of the set-up, nor in what opens over pages, in light and in dark', async () => {
	const found = [];
	const look = async (name, page, frame) => found.push(...await inspect(name, page, frame));
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	const loading = page.locator('[aria-busy=true], .skeleton');
	const at = async (path, ready = page.getByRole('heading', { level: 1 })) => {
		await page.goto(`${it.ready.url}${path}`);
		await seen(ready);
		await gone(loading);
	};
	/** As a link leads there: the page is not loaded again, what stands in it is another. */
	const visit = async (path) => {
		await page.evaluate((address) => {
			for (const heading of document.querySelectorAll('h1')) heading.dataset.left = '';
			history.pushState(null, '', address);
			dispatchEvent(new PopStateEvent('popstate'));
		}, path);
		await seen(page.locator('h1:not([data-left])'));
		await gone(loading);
	};
	await at('/setup/users');
	for (const path of ['', 'security', 'channels', 'deployments', 'templates', 'countries', 'countries/DE', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'users', 'permission-sets', 'api-keys', 'organisation', 'delivery-errors', 'quarantine']) {
		await visit(`/setup/${path}`);
		await look(`set-up: ${path}`, page);
	}
	for (const path of ['channels', 'deployments', 'templates', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'users', 'permission-sets']) {
		const { items } = await it.api('GET', `/${path}?limit=1`);
		if (items.length > 0) {
			await at(`/setup/${path}/${items[0].id}`);
			await look(`set-up: one of ${path}`, page);
		} else await at(`/setup/${path}`);
		// Leaving a new one would be asked about: the next place is loaded.
		await visit(`/setup/${path}/new`);
		await look(`set-up: a new one of ${path}`, page);
	}
	// A sandbox channel, and the way out of it.
	await at(`/setup/channels/${it.channel('whatsapp').id}`, page.getByRole('button', { name: 'Go to production' }));
	await look('set-up: a sandbox channel', page);
	await page.getByRole('button', { name: 'Go to production' }).click();
	await seen(page.getByRole('dialog'));
	await look('to production', page);
	await page.keyboard.press('Escape');

	for (const [what, answer] of [['fails', { status: 500, json: { status: 500, code: 'internal', detail: 'Something went wrong on our side.' } }], ['isn’t allowed', { status: 403, json: { status: 403, code: 'no_permission', detail: 'You may not see this.' } }], ['is empty', { json: { items: [] } }]]) {
		const list = /\/api\/v1\/queues\?/;
		await page.route(list, (route) => route.fulfill({ contentType: 'application/problem+json', ...answer }));
		await at('/setup/queues');
		await look(`a list that ${what}`, page);
		await page.unroute(list);
	}
	await at('/setup/queues/01900000-0000-7000-8000-000000000000', page.getByRole('main'));
	await look('a thing that isn’t there', page);

	await at('/search', page.getByRole('searchbox').or(page.getByRole('textbox')));
	await look('search', page);
	await at('/', page.getByRole('heading', { name: 'Inbox' }));
	for (const [name, key] of [['palette', 'Control+k'], ['keys', '?']]) {
		await page.keyboard.press(key);
		await seen(page.getByRole('dialog'));
		await look(name, page);
		await page.keyboard.press('Escape');
		await gone(page.getByRole('dialog'));
	}
	await page.getByRole('button', { name: `${admin.user.name}:` }).click();
	await seen(page.getByRole('menu'));
	await look('presence menu', page);
	await page.getByRole('menuitem', { name: 'Preferences' }).click();
	await seen(page.getByRole('dialog'));
	await look('preferences', page);
	assert.deepEqual(found, []);
}, 1_200_000);
