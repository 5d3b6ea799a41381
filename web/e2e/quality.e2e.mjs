// What everybody needs of the pages: axe finds nothing, the keyboard reaches everything and shows where
// it is, and little is loaded before something can be seen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { stop } from './focus.mjs';
import { gone, seen, stage, unique } from './harness.mjs';
import { Agent, Phone, Visitor } from './people.mjs';

const { it, story } = stage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds depends on colours in these alone. */
const colours = ['color-contrast', 'link-in-text-block'];

/** Serious and critical findings of a frame: everything in light, and in dark what depends on colours. */
async function inspect(name, page, frame = page.mainFrame()) {
	const found = [];
	for (const [colorScheme, runOnly] of [['dark', { type: 'rule', values: colours }], ['light', { type: 'tag', values: tags }]]) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await frame.evaluate((axe) => globalThis.axe || (0, eval)(axe), axe);
		// The colours of the other scheme come a few frames later: what lasts is a finding.
		for (let tries = 3, lasting = [null]; tries > 0 && lasting.length > 0; tries--) {
			await frame.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
			const { violations } = await frame.evaluate((runOnly) => globalThis.axe.run(document, { resultTypes: ['violations'], runOnly }), runOnly);
			lasting = violations.filter((one) => ['serious', 'critical'].includes(one.impact));
			if (tries === 1) found.push(...lasting.map((v) => `${name}, ${colorScheme}: ${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 140)} ${n.any[0]?.message ?? ''}`).join(' | ')}`));
		}
	}
	return found;
}

/** What is being loaded is there. */
const settled = (page) => gone(page.locator('[aria-busy=true], .skeleton'));

/** Walks with Tab until the names are all reached, and checks that each stop can be seen. */
async function walk(page, names, most = 60) {
	const missing = new Set(names);
	const unseen = [];
	for (let i = 0; i < most && missing.size > 0; i++) {
		await page.keyboard.press('Tab');
		const at = await stop(page);
		if (!at) continue;
		if (!at.drawn) unseen.push(at.name || '(no name)');
		for (const name of missing) if (at.name.startsWith(name)) missing.delete(name);
	}
	assert.deepEqual([...missing], [], 'Tab never reaches these');
	assert.deepEqual(unseen, [], 'the focus can’t be seen here');
}

/** Sizes, as they travel compressed, of what a page loads of a kind. */
function weigh(page) {
	const bodies = [];
	page.on('response', (response) => {
		const type = response.headers()['content-type'] ?? '';
		if (/javascript|css|html/.test(type)) bodies.push(response.body().then((body) => ({ path: new URL(response.url()).pathname, type, size: gzipSync(body).length })).catch(() => undefined));
	});
	return async (only) => (await Promise.all(bodies)).filter((one) => one && only(one));
}
const total = (parts) => parts.reduce((sum, one) => sum + one.size, 0);

story('axe finds nothing serious, in light and in dark, and the keyboard reaches what matters', async () => {
	const found = [];
	const page = await it.page();
	await page.goto(it.ready.url);
	await seen(page.getByRole('button', { name: 'Log in' }));
	found.push(...await inspect('login', page));
	await walk(page, ['E-mail', 'Password', 'Log in']);

	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const admin = await Agent.logIn(it, it.user('admin'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Wanda' });
	const question = unique('Can I pick it up?');
	await phone.write(question);
	await agent.accept(question);
	await agent.write('Of course, until six.');
	await seen(phone.said('until six'));
	const waiting = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, {});
	await it.sandbox('POST', `/phones/${waiting.id}/messages`, { text: 'Hello, anybody?' });
	await seen(agent.offer('anybody'));
	found.push(...await inspect('inbox with a conversation and an offer', agent.page));
	await agent.page.getByRole('link', { name: 'Switchboard, to the inbox' }).focus();
	await walk(agent.page, ['Search and commands', 'Grace Novak:', 'Sort', 'New conversation', 'Mine', 'Search conversations', 'Search everything', 'Status', 'Flagged', 'Accept', 'Decline', 'Wanda', 'Transfer', 'Inactive', 'End', 'Raise a flag', 'More actions', 'Find in this conversation', 'Message to Wanda', 'Attach files', 'Send a template', 'Emoji', 'Quick texts']);

	await agent.log.focus();
	await agent.page.keyboard.press('t');
	await seen(agent.page.getByRole('option').first());
	found.push(...await inspect('transfer', agent.page));

	found.push(...await inspect('phone page', phone.page));
	for (const path of ['', '/security', '/channels', '/channels/new', '/users/new', '/permission-sets', '/permission-sets/new', '/quarantine', '/organisation']) {
		await admin.page.goto(`${it.ready.url}/setup${path}`);
		await seen(admin.page.getByRole('heading', { level: 1 }));
		found.push(...await inspect(`set-up ${path}`, admin.page));
	}
	await admin.page.goto(`${it.ready.url}/setup/deployments`);
	await admin.page.getByRole('link', { name: 'Demo Web' }).click();
	await seen(admin.page.getByLabel('Title', { exact: true }));
	found.push(...await inspect('deployment', admin.page));

	const customer = await (await Visitor.arrive(it)).open();
	await seen(customer.frame.getByLabel('First name'));
	const inside = customer.page.frames().find((frame) => frame.url().includes('frame.html'));
	found.push(...await inspect('widget, pre-chat', customer.page, inside));
	await customer.introduce({ 'First name': 'Lin' });
	await customer.write('Hello');
	await seen(customer.said('Hello'));
	found.push(...await inspect('widget', customer.page, inside));
	assert.deepEqual(found, []);
});

/** Every page of the set-up, its detail pages, and what pages show when there is nothing, when it fails and when it isn't allowed. */
story('axe finds nothing on any page of the set-up, nor in what opens over pages, in light and in dark', async () => {
	const found = [];
	const look = async (name, page, frame) => found.push(...await inspect(name, page, frame));
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	const at = async (path, ready = page.getByRole('heading', { level: 1 })) => {
		await page.goto(`${it.ready.url}${path}`);
		await seen(ready);
		await settled(page);
	};
	for (const path of ['', 'security', 'channels', 'deployments', 'templates', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'users', 'permission-sets', 'api-keys', 'organisation', 'delivery-errors', 'quarantine']) {
		await at(`/setup/${path}`);
		await look(`set-up: ${path}`, page);
	}
	for (const path of ['channels', 'deployments', 'templates', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'users', 'permission-sets']) {
		await at(`/setup/${path}/new`);
		await look(`set-up: a new one of ${path}`, page);
		const { items } = await it.api('GET', `/${path}?limit=1`);
		if (items.length === 0) continue;
		await at(`/setup/${path}/${items[0].id}`);
		await look(`set-up: one of ${path}`, page);
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
}, 600_000);

story('little is loaded before something can be seen', async () => {
	const page = await it.page();
	const loaded = weigh(page);
	const agent = it.user('agent');
	await page.goto(it.ready.url);
	await page.getByLabel('E-mail').fill(agent.email);
	await page.getByLabel('Password').fill(agent.password);
	await page.getByRole('button', { name: 'Log in' }).click();
	await seen(page.getByRole('heading', { name: 'Inbox' }));
	const scripts = await loaded((one) => one.type.includes('javascript'));
	assert.ok(scripts.length > 0);
	assert.ok(total(scripts) <= 150 * 1024, `the console loads ${total(scripts)} bytes of script: ${JSON.stringify(scripts)}`);

	// Of the widget, everything that is meant to come after the first paint is held back: the window
	// must be there without it.
	const shop = await it.page();
	const widget = weigh(shop);
	let release;
	const painted = new Promise((resolve) => (release = resolve));
	await shop.route(/\/widget\/assets\/(live|entries|said|content|Composer|files|Prechat|Interview|fields|Palette)-/, (route) => painted.then(() => route.continue()));
	await shop.goto(`${it.ready.url}/widget/test.html?org=${it.ready.org.key}&deployment=Demo_Web`);
	await shop.getByRole('button', { name: /^Open messages/ }).click();
	const frame = shop.frameLocator('iframe');
	await seen(frame.getByRole('heading', { name: 'Harbor & Pine' }));
	// The shop's own page is not the widget's.
	const parts = await widget((one) => one.path.startsWith('/widget/') && !/\/test[.-]/.test(one.path));
	assert.ok(parts.length > 1);
	assert.ok(total(parts) <= 40 * 1024, `the widget loads ${total(parts)} bytes: ${JSON.stringify(parts)}`);
	release();
	await seen(frame.getByLabel('First name'));
});
