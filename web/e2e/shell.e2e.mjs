// The console's shell: panes and their widths, addresses and the way back, keys, what follows a person.
import assert from 'node:assert/strict';
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage({ whole: true });
const shots = process.env.E2E_SHOTS;
const shoot = async (page, name) => shots && (await page.screenshot({ path: `${shots}/shell-${name}.png` }));

/** Conversations that the administrator can open; customers begin what is missing. */
async function conversations(n) {
	const all = async () => (await it.api('GET', '/conversations?scope=all')).items;
	for (let i = (await all()).length; i < n; i++) {
		const phone = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, {});
		for (const text of ['Hello?', 'Is the Fern in stock?', 'In green, please.']) await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	}
	return (await until(`${n} conversations`, async () => ((await all()).length >= n ? all() : undefined))).slice(0, n).map((one) => one.id);
}

story('what is wide stays as wide as it was made, and details can be put away', async () => {
	const agent = await Agent.logIn(it, it.user('admin'));
	const [id] = await conversations(1);
	await agent.page.goto(`${it.ready.url}/inbox/${id}?scope=all`);
	await seen(agent.log);
	const list = agent.page.getByRole('separator', { name: 'Width of the list' });
	const details = agent.page.getByRole('separator', { name: 'Width of the details' });
	await list.focus();
	for (let i = 0; i < 3; i++) await agent.page.keyboard.press('ArrowRight');
	await details.focus();
	for (let i = 0; i < 2; i++) await agent.page.keyboard.press('ArrowLeft');
	const widths = async () => [await list.getAttribute('aria-valuenow'), await details.getAttribute('aria-valuenow')].join();
	assert.equal(await widths(), '368,352');
	await agent.page.reload();
	await seen(details);
	assert.equal(await widths(), '368,352');
	await shoot(agent.page, 'wide');
	await agent.page.getByRole('button', { name: 'Details', exact: true }).click();
	await gone(details);
	await agent.page.reload();
	await seen(agent.log);
	assert.equal(await details.count(), 0);
	await agent.page.getByRole('button', { name: 'Details', exact: true }).click();
	await seen(details);
});

story('two conversations side by side, by keys and by address', async () => {
	const agent = await Agent.logIn(it, it.user('admin'), { viewport: { width: 1920, height: 1000 } });
	const [one, two] = await conversations(2);
	await agent.page.goto(`${it.ready.url}/inbox/${one}?scope=all`);
	await seen(agent.log);
	await agent.page.getByRole('button', { name: 'Another conversation beside this one' }).click();
	await seen(agent.page.getByText('Pick a conversation for this place'));
	await agent.page.locator(`a[href*="/inbox/${two}"]`).first().click();
	await count(agent.log, 2);
	await until('the address names both', () => agent.page.url().includes(`/inbox/${two}?`) && agent.page.url().includes(`panes=${one},${two}`));
	await shoot(agent.page, 'panes-light');
	await agent.page.keyboard.press('[');
	await until('the first is at work', () => new URL(agent.page.url()).pathname === `/inbox/${one}`);
	await agent.page.reload();
	await count(agent.log, 2);
	await agent.page.emulateMedia({ colorScheme: 'dark' });
	await shoot(agent.page, 'panes-dark');
	await agent.log.first().focus();
	await agent.page.keyboard.press('w');
	await count(agent.log, 1);
	assert.equal(new URL(agent.page.url()).pathname, `/inbox/${two}`);
	// The way back opens what was closed.
	await agent.page.goBack();
	await count(agent.log, 2);
});

story('on a phone there is one pane at a time, and back is back', async () => {
	const agent = await Agent.logIn(it, it.user('admin'), { viewport: { width: 390, height: 844 }, hasTouch: true });
	await conversations(14);
	await agent.page.goto(`${it.ready.url}/inbox?scope=all`);
	await seen(agent.list);
	const rows = agent.list.locator('a.row');
	await seen(rows);
	const view = agent.list.locator('.viewport');
	await view.evaluate((e) => (e.scrollTop = 200));
	const place = await view.evaluate((e) => e.scrollTop);
	const row = rows.nth(4);
	await row.click();
	await seen(agent.log);
	assert.ok(!(await agent.list.isVisible()));
	await shoot(agent.page, 'phone');
	await agent.page.getByRole('button', { name: 'Details', exact: true }).click();
	await seen(agent.page.getByRole('region', { name: 'About this conversation' }));
	await agent.page.goBack();
	await gone(agent.page.getByRole('region', { name: 'About this conversation' }));
	assert.ok(await agent.log.isVisible());
	await agent.page.getByRole('button', { name: 'Back to the list' }).click();
	await seen(agent.list);
	await until('the list is where it was', async () => Math.abs((await view.evaluate((e) => e.scrollTop)) - place) < 2);
	assert.equal(new URL(agent.page.url()).search, '?scope=all');
	await agent.page.goForward();
	await seen(agent.log);
});

story('a panel has an address, and going back closes it', async () => {
	const agent = await Agent.logIn(it, it.user('admin'));
	await agent.page.keyboard.press('?');
	const sheet = agent.page.getByRole('dialog', { name: 'Keyboard' });
	await seen(sheet);
	assert.match(agent.page.url(), /panel=keys/);
	await agent.page.goBack();
	await gone(sheet);
	await agent.page.goForward();
	await seen(sheet);
	await agent.page.keyboard.press('Escape');
	await gone(sheet);
	await until('the address is clean', () => !agent.page.url().includes('panel'));
});

story('preferences follow their user to another browser, and keys can be changed', async () => {
	const desk = await Agent.logIn(it, it.user('admin'));
	const laptop = await Agent.logIn(it, it.user('admin'));
	const [id] = await conversations(3);
	await desk.page.goto(`${it.ready.url}/inbox/${id}?scope=all&panel=preferences`);
	const dialog = desk.page.getByRole('dialog', { name: 'Preferences' });
	await dialog.getByRole('radio', { name: 'Dark' }).check();
	await dialog.getByRole('radio', { name: 'Compact' }).check();
	const look = () => laptop.page.evaluate(() => [document.documentElement.dataset.theme, document.documentElement.dataset.density].join());
	await until('the other browser looks the same', async () => (await look()) === 'dark,compact');
	await shoot(desk.page, 'preferences-dark');
	await dialog.getByRole('radio', { name: 'Like the system' }).check();
	await dialog.getByRole('radio', { name: 'Comfortable' }).check();

	await dialog.getByRole('tab', { name: 'Notices' }).click();
	await dialog.getByRole('checkbox', { name: 'A customer writes: Title' }).uncheck();
	await shoot(desk.page, 'preferences-notices');
	const kept = async () => it.api('GET', '/me/preferences', undefined, await it.token(it.user('admin')));
	await until('the server has it', async () => (await kept()).notify.message.title === false);

	await dialog.getByRole('tab', { name: 'Keys' }).click();
	await dialog.getByRole('button', { name: /^Next conversation: J/ }).click();
	await desk.page.keyboard.press('k');
	await seen(dialog.getByText('K is taken: Previous conversation'));
	await desk.page.keyboard.press('m');
	await seen(dialog.getByRole('button', { name: /^Next conversation: M/ }));
	await shoot(desk.page, 'preferences-keys');
	await dialog.getByRole('tab', { name: 'Devices' }).click();
	await seen(dialog.getByText('No device is called'));
	await shoot(desk.page, 'preferences-devices');
	await desk.page.keyboard.press('Escape');
	await gone(dialog);
	await desk.page.goto(`${it.ready.url}/inbox?scope=all`);
	await seen(desk.list.locator('a.row'));
	await desk.page.keyboard.press('j');
	assert.equal(new URL(desk.page.url()).pathname, '/inbox');
	await desk.page.keyboard.press('m');
	await until('the new key moves', () => new URL(desk.page.url()).pathname !== '/inbox');
	// It is the other browser's key, too; in a text field it is a letter.
	await until('the server has the key', async () => (await kept()).keys.next === 'm');
	await laptop.page.goto(`${it.ready.url}/inbox/${id}?scope=all`);
	await seen(laptop.log);
	await laptop.field.click();
	await laptop.page.keyboard.press('m');
	assert.equal(await laptop.field.inputValue(), 'm');
	assert.ok(laptop.page.url().includes(id));
});

story('the console can be installed, and its worker shows what it is told and opens it', async () => {
	const context = await it.context({ permissions: ['notifications'] });
	const page = await context.newPage();
	await page.goto(it.ready.url);
	const { email, password } = it.user('admin');
	await page.getByLabel('E-mail').fill(email);
	await page.getByLabel('Password').fill(password);
	await page.getByRole('button', { name: 'Log in' }).click();
	await seen(page.getByRole('navigation', { name: 'Places' }));
	const chrome = await context.newCDPSession(page);
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	const { installabilityErrors } = await chrome.send('Page.getInstallabilityErrors');
	assert.deepEqual(installabilityErrors.filter((e) => e.errorId !== 'in-incognito'), []);
	const { errors } = await chrome.send('Page.getAppManifest');
	assert.deepEqual(errors, []);

	// A push message, as the browser hands it to the worker.
	const registrations = new Promise((resolve) => chrome.on('ServiceWorker.workerRegistrationUpdated', (e) => e.registrations[0] && resolve(e.registrations[0])));
	await chrome.send('ServiceWorker.enable');
	const { registrationId } = await registrations;
	const [id] = await conversations(1);
	const data = JSON.stringify({ kind: 'message', who: 'Carla', text: 'Is it in stock?', url: `/inbox/${id}`, tag: `message:${id}` });
	await page.goto(`${it.ready.url}/widget/test.html`); // the console is not looked at
	const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((n) => `${n.title}|${n.body}`));
	await until('a notice', async () => {
		await chrome.send('ServiceWorker.deliverPushMessage', { origin: it.ready.url, registrationId, data });
		return (await shown()).includes('New message from Carla|Is it in stock?');
	});

	// In the language that the message names, whatever the browser's is.
	const french = JSON.stringify({ kind: 'message', who: 'Carla', text: 'Bonjour', url: `/inbox/${id}`, tag: 'french', language: 'fr' });
	await until('a French notice', async () => {
		await chrome.send('ServiceWorker.deliverPushMessage', { origin: it.ready.url, registrationId, data: french });
		return (await shown()).includes('Nouveau message de Carla|Bonjour');
	});

	// Without a server there is a page that says so; with it the newest console, from no cache.
	const caches = await page.evaluate(async () => Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map((r) => new URL(r.url).pathname))));
	assert.deepEqual(caches.flat(), ['/language']);
	await context.setOffline(true);
	await page.goto(`${it.ready.url}/inbox/${id}`).catch(() => undefined);
	await seen(page.getByRole('heading', { name: 'Switchboard can’t be reached' }));
	await context.setOffline(false);
	await page.getByRole('link', { name: 'Try again' }).click();
	await seen(page.getByRole('log', { name: 'Messages' }));
});

story('the palette hands over to a colleague, opens a part of the preferences; and what is at work is read once', async () => {
	await it.endWaiting();
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const { page } = agent;
	const colleague = it.user('agent', 1);
	const phone = await it.sandbox('POST', `/channels/${it.channel('whatsapp').id}/phones`, { name: 'Pia' });
	const question = unique('Who is there');
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text: question });
	await agent.accept(question);
	let asked = 0;
	page.on('request', (request) => (asked += request.url().endsWith('/me/preferences') ? 1 : 0));
	// Where the socket is slow, it is read before, and again when it is live: that may be so, but not always.
	await until('the preferences are asked for once', async () => {
		asked = 0;
		await page.reload();
		await seen(agent.bubble(question));
		return asked === 1;
	});

	// What is typed before the palette is there is the palette's: none of it stands in the reply.
	await agent.field.click();
	let load;
	const held = new Promise((release) => (load = release));
	await page.route('**/Palette-*.js', async (route) => {
		await held;
		await route.continue();
	});
	await Promise.all([page.waitForRequest('**/Palette-*.js'), page.keyboard.press('Control+k')]);
	await page.keyboard.type(`${colleague.name.slice(0, 3)}x`);
	await page.keyboard.press('Backspace');
	await page.keyboard.press('Enter');
	load();
	const asking = page.getByRole('dialog').getByRole('combobox');
	await until('what was typed ahead is in the palette', async () => (await asking.inputValue()) === colleague.name.slice(0, 3));
	await page.keyboard.type(colleague.name.slice(3));
	assert.equal(await asking.inputValue(), colleague.name);
	assert.equal(await agent.field.inputValue(), '');
	await page.getByRole('option', { name: `Transfer to ${colleague.name}` }).click();
	const transfer = page.getByRole('dialog', { name: 'Transfer Pia' });
	await seen(transfer.getByRole('option', { name: new RegExp(colleague.name) }));
	await count(transfer.getByRole('option'), 1);
	await page.keyboard.press('Escape');
	await gone(transfer);

	await page.keyboard.press('Control+k');
	await page.keyboard.type('devices');
	await page.getByRole('option', { name: /^Devices/ }).click();
	await seen(page.getByRole('tab', { name: 'Devices', selected: true }));
	await page.getByRole('tab', { name: 'Keys' }).click();
	assert.match(page.url(), /panel=preferences\.keys/);
	await page.goBack();
	await gone(page.getByRole('dialog'));
	await it.presence(agent.user, 'offline');
});
