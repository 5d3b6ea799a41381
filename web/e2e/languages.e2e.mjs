// The console in other languages: chosen in the preferences, right to left where the language is, with its
// dates and numbers, and English where nobody chose.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { serious, told, violations } from './axe.mjs';
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, around, loading, Phone } from './people.mjs';

const { it, story } = stage();

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const root = (page) => page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));

async function choose(agent, language) {
	await agent.page.keyboard.press('Control+k');
	await agent.page.getByRole('combobox').fill('Preferences');
	await agent.page.getByRole('option', { name: 'Preferences' }).first().click();
	await agent.page.getByLabel('Language').selectOption(language);
	await agent.page.waitForFunction((lang) => document.documentElement.lang.startsWith(lang) && document.querySelector('nav'), language);
}

/** A choice is kept on the server, so who comes next begins without one. */
const unchosen = async () => it.api('PATCH', '/me/preferences', { language: 'browser' }, await it.token(it.user('admin')));

/** A conversation with a text in it, by its id. */
async function conversation(agent, text) {
	const phone = await Phone.pickUp(it, agent.page.context(), 'sms', { name: 'Nora Beck' });
	await phone.write(text);
	return until('the conversation', async () => (await it.api('GET', '/conversations?scope=all')).items.find((one) => one.last_entry?.preview === text)?.id);
}

story('Arabic is chosen in the preferences, and every page is mirrored without overflow', async () => {
	const agent = await Agent.logIn(it, it.user('admin'));
	const text = unique('Where is my order 1234?');
	const id = await conversation(agent, text);
	await choose(agent, 'ar');
	assert.deepEqual(await root(agent.page), { lang: 'ar', dir: 'rtl' });
	const found = [];
	const pages = [`inbox/${id}`, 'inbox', 'setup', 'setup/channels', 'setup/deployments', 'setup/queues', 'setup/users', 'setup/quick-texts', 'setup/api-keys', 'setup/organisation'];
	for (const path of pages) {
		const within = path.startsWith('setup/');
		if (within) await agent.visit(`/${path}`);
		else {
			await agent.page.goto(`${it.ready.url}/${path}`);
			await seen(agent.page.locator('h1:visible, h2:visible, [role=log]:visible'));
			await gone(agent.page.locator(loading));
		}
		assert.equal((await root(agent.page)).dir, 'rtl', path);
		found.push(...told(path, await violations(agent.page, { exclude: within ? around : [], matters: serious, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })));
		for (const [width, height] of [[1440, 900], [390, 844]]) {
			await agent.page.setViewportSize({ width, height });
			await agent.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
			assert.equal(await overflow(agent.page), 0, `${path} at ${width} is wider than the window`);
		}
		await agent.page.setViewportSize({ width: 1440, height: 900 });
	}
	assert.deepEqual(found, []);
	// The rail is at the right, and a number stays in its order.
	await agent.page.goto(`${it.ready.url}/inbox/${id}`);
	const rail = await agent.page.getByRole('navigation').first().boundingBox();
	assert.ok(rail.x > 1300, `the rail is at ${rail.x}`);
	// The log-in page speaks it too, before anybody is known.
	await agent.page.evaluate(() => sessionStorage.clear());
	const page = await agent.page.context().newPage();
	await agent.page.context().clearCookies();
	await page.goto(it.ready.url);
	await seen(page.locator('input[type=password]'));
	assert.deepEqual(await root(page), { lang: 'ar', dir: 'rtl' });
	// The choice follows its user: the stories after this one begin without.
	await it.api('PATCH', '/me/preferences', { language: 'browser' }, await it.token(agent.user));
}, 600_000);

story('a German browser gets German words, dates and numbers, and may choose English', async () => {
	await unchosen();
	const page = await it.page({ locale: 'de-DE' });
	await page.goto(it.ready.url);
	const user = it.user('admin');
	await page.getByLabel('E-Mail').fill(user.email);
	await page.getByLabel('Passwort').fill(user.password);
	await page.getByRole('button', { name: 'Anmelden' }).click();
	await seen(page.getByRole('navigation', { name: 'Bereiche' }));
	await page.goto(`${it.ready.url}/setup/users`);
	await seen(page.getByRole('heading', { name: 'Benutzer' }));
	await page.goto(`${it.ready.url}/inbox`);
	await seen(page.getByRole('heading', { name: 'Posteingang' }));
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox').fill('Persönliche');
	await page.getByRole('option', { name: 'Persönliche Einstellungen' }).first().click();
	assert.equal(await page.getByLabel('Sprache').inputValue(), '');
	await page.getByLabel('Sprache').selectOption('en');
	await seen(page.getByRole('navigation', { name: 'Places' }));
	assert.notEqual((await root(page)).dir, 'rtl');
});

story('what the server says is said in German: a refused request, a failed delivery, why a session waits', async () => {
	await unchosen();
	const page = await it.page({ locale: 'de-DE' });
	await page.goto(it.ready.url);
	const user = it.user('admin');
	await page.getByLabel('E-Mail').fill(user.email);
	await page.getByLabel('Passwort').fill(`${user.password} but wrong`);
	await page.getByRole('button', { name: 'Anmelden' }).click();
	await seen(page.getByText('Die E-Mail-Adresse oder das Passwort ist falsch.'));
	await page.getByLabel('Passwort').fill(user.password);
	await page.getByRole('button', { name: 'Anmelden' }).click();
	await seen(page.getByRole('navigation', { name: 'Bereiche' }));

	// Nobody is online: the details say so.
	const waits = unique('Ist jemand da?');
	const phone = await Phone.pickUp(it, page.context(), 'sms', { name: 'Nora Beck' });
	await phone.write(waits);
	const found = await until('the conversation waits, with its reason', async () =>
		(await it.api('GET', '/conversations?scope=all')).items.find((one) => one.last_entry?.preview === waits && one.session?.routing_why?.code));
	await page.goto(`${it.ready.url}/inbox/${found.id}`);
	await seen(page.getByText(found.session.routing_why.code === 'nobody_online' ? /: Niemand ist online\./ : /: Niemand, der online ist/));

	// The phone has blocked the business: what an administrator writes fails, with advice.
	await it.sandbox('PATCH', `/phones/${phone.phone.id}`, { state: 'blocked' });
	const lost = unique('Kommt das an?');
	await page.getByRole('textbox', { name: /^Nachricht an / }).fill(lost);
	await page.keyboard.press('Enter');
	const failed = await until('the message has failed', async () => {
		const entries = (await it.api('GET', `/conversations/${found.id}/entries`)).items;
		return entries.find((one) => one.content.text === lost && one.status === 'failed');
	});
	const words = readFileSync(new URL('../console/i18n/de/delivery.ts', import.meta.url), 'utf8');
	const [, german] = new RegExp(`'delivery.${failed.error.code}': '(.*)'`).exec(words);
	await seen(page.getByRole('alert').getByText(german));
	assert.equal(await page.getByText(failed.error.text).count(), 0, 'the English sentence is shown as well');
});

story('only the words of one language are fetched', async () => {
	const page = await it.page({ locale: 'fr-FR' });
	const scripts = [];
	page.on('response', (response) => response.url().endsWith('.js') && scripts.push(response.text()));
	await page.goto(it.ready.url);
	await seen(page.getByRole('button', { name: 'Se connecter' }));
	// However their files are named, the words of a language can be told by one of them.
	const words = { en: 'Log in', de: 'Anmelden', es: 'Iniciar sesión', fr: 'Se connecter', ar: 'تسجيل الدخول' };
	const said = (await Promise.all(scripts)).join('\n');
	const found = Object.keys(words).filter((language) => said.includes(words[language]));
	assert.deepEqual(found.sort(), ['en', 'fr'], 'English is in the app; French is fetched');
});
