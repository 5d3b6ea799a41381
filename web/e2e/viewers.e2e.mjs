// Colleagues at one conversation, and what follows its user from browser to browser.
import assert from 'node:assert/strict';
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();
const folder = process.env.E2E_SHOTS;
const shot = async (page, name) => folder && page.screenshot({ path: `${folder}/${name}.png` });

story('who else looks at a conversation, who writes there, and a warning before two answer', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const phone = await it.sandbox('POST', `/channels/${it.channel('sms').id}/phones`, { name: unique('Robin') });
	const text = unique('My tent arrived without poles');
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	await agent.accept(text);
	const address = `${it.ready.url}/inbox/${agent.conversation()}`;
	const boss = await Agent.logIn(it, it.user('admin'));
	await boss.page.goto(address);
	await seen(boss.page.getByRole('button', { name: `Also here: ${agent.user.name}` }));
	const here = agent.page.getByRole('button', { name: `Also here: ${boss.user.name}` });
	await seen(here);
	await here.click();
	await boss.page.getByRole('radio', { name: 'Note' }).check({ force: true });
	await boss.page.getByRole('textbox', { name: 'Note' }).first().pressSequentially('Be kind');
	await seen(agent.page.getByText(`${boss.user.name} is writing a note`));
	await seen(agent.page.getByRole('dialog', { name: 'Who else is here' }).getByText('writing a note'));
	await shot(agent.page, 'viewers');
	await agent.page.keyboard.press('Escape');

	// Both answer.
	await agent.field.fill('One moment');
	await it.api('POST', `/conversations/${agent.conversation()}/typing`, { typing: true }, await it.token(boss.user));
	await seen(agent.page.getByText(`${boss.user.name} is writing to this customer too.`));
	await shot(agent.page, 'collision');
	await agent.page.setViewportSize({ width: 390, height: 844 });
	await agent.page.emulateMedia({ colorScheme: 'dark' });
	await shot(agent.page, 'collision-narrow-dark');

	// Gone elsewhere, gone from here.
	await boss.page.goto(`${it.ready.url}/inbox`);
	await gone(here);
	await it.presence(agent.user, 'offline');
});

story('the palette finds by letters, settings too, and shows what was used lately first', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const palette = page.getByRole('dialog', { name: 'Search and commands' });
	const open = async (text) => {
		await page.keyboard.press('Control+k');
		await seen(palette);
		await page.keyboard.type(text);
	};
	await open('dark');
	await seen(palette.getByRole('option', { name: /^Dark/, selected: true }));
	await shot(page, 'palette');
	await page.keyboard.press('Enter');
	await until('it is dark', () => page.evaluate(() => document.documentElement.dataset.theme === 'dark'));
	await open('prfs');
	await seen(palette.getByRole('option', { name: /^Preferences/, selected: true }));
	assert.equal((await palette.getByRole('option').first().locator('b').allTextContents()).join('').toLowerCase(), 'prfs');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('dialog', { name: 'Preferences' }));
	await page.keyboard.press('Escape');
	await open('');
	await seen(palette.getByRole('option', { name: /^Preferences/, selected: true }));
});

story('language and time zone follow their user to a new browser', async () => {
	const first = await Agent.logIn(it, it.user('agent', 1), { timezoneId: 'Europe/London' });
	const token = await it.token(first.user);
	await first.page.goto(`${it.ready.url}/inbox?panel=preferences`);
	const zone = first.page.getByRole('combobox', { name: 'Time zone' });
	await zone.fill('Tokyo');
	await first.page.getByRole('option', { name: 'Asia/Tokyo' }).click();
	await seen(first.page.getByText(/Now: .*Asia\/Tokyo/));
	await shot(first.page, 'zone');
	await first.page.getByLabel('Language').selectOption('de');
	await seen(first.page.getByRole('heading', { name: 'Einstellungen' }));
	await until('the server has both', async () => {
		const kept = await it.api('GET', '/me/preferences', undefined, token);
		return kept.language === 'de' && kept.time_zone === 'Asia/Tokyo';
	});
	const page = await it.page();
	// What this document has asked for, and not the one before it.
	let taken = false;
	const asked = new Set();
	page.on('request', (request) => {
		if (request.isNavigationRequest()) {
			asked.clear();
			taken = false;
		}
		if (request.method() === 'GET' && request.url().endsWith('/me/preferences')) asked.add(request);
	});
	page.on('requestfinished', (request) => (taken ||= asked.has(request)));
	await page.goto(it.ready.url);
	await page.getByLabel('E-mail').fill(first.user.email);
	await page.getByLabel('Password').fill(first.user.password);
	await page.getByRole('button', { name: 'Log in' }).click();
	await until('the new browser speaks German', () => page.evaluate(() => document.documentElement.lang === 'de'));
	// Who has just come is spoken to at once; who has their preferences is at work, and is asked.
	await until('the German page has the preferences too', () => taken);
	await shot(page, 'german');
	await it.api('PATCH', '/me/preferences', { language: 'browser', time_zone: 'browser' }, token);
	await seen(page.getByRole('button', { name: 'Neu laden' }));
});
