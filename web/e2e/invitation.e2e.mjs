// Before a conversation: the invitation beside the launcher, the pre-chat as a form and as a conversation, how
// a page opens the window, and the preview of all that in set-up.
import assert from 'node:assert/strict';
import { violations } from './axe.mjs';
import { count, gone, seen, stage, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

/** A published deployment like the demo's, with something changed. */
async function deploy(name, change) {
	const { items } = await it.api('GET', '/deployments');
	const { channel_id, draft } = items.find((one) => one.api_name === 'Demo_Web');
	const { id } = await it.api('POST', '/deployments', { name, api_name: name, channel_id, draft: { ...draft, ...change } });
	await it.api('POST', `/deployments/${id}/publish`);
	return id;
}

/** What a frame's screen readers stop at that isn't right, in light and in dark. */
async function inspect(page) {
	const frame = page.frames().find((one) => one.url().includes('frame.html'));
	const found = await violations(frame, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
	return found.map((one) => `${one.id}: ${one.nodes[0].html}`);
}

/** The fields of every type. */
const prechat = [
	{ name: '_firstName', type: 'Text', required: true, max_length: 80 },
	{ name: '_email', type: 'Email' },
	{ name: 'Phone', type: 'Phone', labels: { en: 'Phone number', ar: 'رقم الهاتف' } },
	{ name: 'Topic', type: 'ChoiceList', required: true, labels: { en: 'What is it about?', ar: 'ما الموضوع؟' }, choices: [{ id: 'order', title: 'An order' }, { id: 'repair', title: 'A repair' }] },
	{ name: 'News', type: 'Checkbox', labels: { en: 'May we write to you?', ar: 'هل نراسلك؟' } },
	{ name: 'page', type: 'Text', hidden: true }
];
const focused = (page) => page.frames().find((one) => one.url().includes('frame.html')).evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent?.trim() ?? '');
const attributesSent = (page) => page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/iamessage/api/v2/conversation')).then((request) => request.postDataJSON().routingAttributes);

story('the pre-chat as a conversation: by keyboard alone, and what leaves is what the form sends', async () => {
	await deploy('Asked', { prechat, prechat_style: 'conversation' });
	await deploy('Form', { prechat });
	const form = await (await Visitor.arrive(it, { deployment: 'Form' })).open();
	await form.frame.getByLabel('First name').fill('Ines');
	await form.frame.getByLabel('E-mail').fill('ines@example.com');
	await form.frame.getByLabel('What is it about?').selectOption('repair');
	await form.frame.getByLabel('May we write to you?').check();
	const byForm = attributesSent(form.page);
	await form.frame.getByRole('button', { name: 'Start conversation' }).click();

	const customer = await Visitor.arrive(it, { deployment: 'Asked' });
	const { page, frame } = customer;
	await page.getByRole('button', { name: /^Open messages/ }).press('Enter');
	const asks = async (name) => until(`${name} has the focus`, async () => (await focused(page)) === name);
	await asks('_firstName');
	const keys = page.keyboard;
	await keys.press('Enter');
	await seen(frame.getByRole('alert').getByText('Please fill this in.'));
	await seen(frame.getByRole('textbox', { name: 'First name' }));
	await keys.type('Inse');
	await keys.press('Enter');
	await asks('_email');
	await keys.type('ines');
	await keys.press('Enter');
	await seen(frame.getByRole('alert').getByText("This doesn't look like an e-mail address."));
	assert.equal(await frame.getByRole('textbox', { name: 'E-mail (optional)' }).getAttribute('aria-invalid'), 'true');
	await keys.type('@example.com');
	await gone(frame.getByRole('alert'));
	await keys.press('Enter');
	await asks('Phone');
	await keys.press('Tab');
	await keys.press('Enter'); // Skip
	await asks('An order');
	await seen(frame.getByRole('group', { name: 'What is it about?' }));
	await keys.press('Tab');
	await keys.press('Enter');
	await asks('Yes');
	assert.deepEqual(await inspect(page), []);
	await keys.press('Enter');
	await asks('Start conversation');
	for (const answer of ['Inse', 'ines@example.com', 'Skipped', 'A repair', 'Yes']) await seen(frame.locator('.told').getByText(answer));

	// An earlier answer is taken up again; the later ones stay.
	await frame.getByRole('button', { name: 'Change the answer: First name' }).press('Enter');
	await asks('_firstName');
	await keys.press('Control+a');
	await keys.type('Ines');
	await keys.press('Enter');
	await asks('Start conversation');
	const byTalk = attributesSent(page);
	await keys.press('Enter');
	await seen(customer.field);
	assert.deepEqual(await byTalk, { _firstName: 'Ines', _email: 'ines@example.com', Topic: 'repair', News: 'true', page: 'tent' });
	assert.deepEqual(await byTalk, await byForm);
	const question = 'Is it waterproof?';
	await customer.write(question);
	await seen(customer.said(question).getByText('Sent'));
});

story('what the page has filled in: it can be changed, or isn’t asked', async () => {
	await deploy('Filled', { prechat, prechat_style: 'conversation' });
	const customer = await Visitor.arrive(it, { deployment: 'Filled', language: 'ar' });
	await customer.page.evaluate(() => window.embeddedservice_bootstrap.prechatAPI.setVisiblePrechatFields({ _firstName: { value: 'Ines', isEditableByEndUser: false }, _email: { value: 'ines@example.com' } }));
	await customer.page.getByRole('button', { name: 'فتح الرسائل' }).click();
	const { frame } = customer;
	const field = frame.getByRole('textbox', { name: 'البريد الإلكتروني (اختياري)' });
	await seen(field);
	assert.equal(await field.inputValue(), 'ines@example.com');
	await count(frame.getByRole('button', { name: /تغيير الإجابة/ }), 0);
	await field.press('Enter');
	await count(frame.getByRole('button', { name: /تغيير الإجابة/ }), 1);
	const [asked, told] = [await frame.locator('.asked').last().locator('.words').boundingBox(), await frame.locator('.told').last().locator('.bubble').boundingBox()];
	assert.ok(told.x < asked.x, 'from right to left one’s own answers stand left');
	assert.deepEqual(await inspect(customer.page), []);
});

/** invitation finds it on a page. */
const invitation = (page) => page.getByRole('status');
const hears = (page, name) => until(`the page hears ${name}`, () => page.evaluate((name) => window.heard.includes(name), name));
async function shop(name, options = {}) {
	const page = options.page ?? (await it.page(options));
	await page.addInitScript(() => {
		window.heard = [];
		for (const what of ['Shown', 'Accepted', 'Dismissed']) addEventListener(`onEmbeddedMessagingInvitation${what}`, () => window.heard.push(what));
	});
	return Visitor.arrive(it, { ...options, page, deployment: name });
}

story('an invitation comes to who has not begun, in their language, and stays away once it was put away', async () => {
	await deploy('Inviting', { invitation: { active: true, after_seconds: 1 }, languages: ['en', 'de'], labels: { de: { invitation: 'Moin! Fragen zum Zelt?' } } });
	const customer = await shop('Inviting');
	const { page } = customer;
	await seen(invitation(page).getByText('Hello! Can we help you?'));
	await hears(page, 'Shown');
	assert.equal(await page.evaluate(() => document.activeElement === document.body), true, 'it takes the focus');
	const dismiss = page.getByRole('button', { name: 'Dismiss' });
	const { width, height } = await dismiss.boundingBox();
	assert.ok(width >= 24 && height >= 24);
	await dismiss.press('Enter');
	await gone(invitation(page));
	await hears(page, 'Dismissed');
	assert.ok(await page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')?.startsWith('Open messages')), 'the focus is lost');

	await until('it is remembered', () => page.evaluate(() => Object.keys(localStorage).some((key) => key.endsWith(':invited'))));
	await page.reload();
	await until('the widget is there', () => page.evaluate(() => window.embeddedservice_bootstrap.utilAPI.showChatButton()));
	// The page may all the same, in its own words; who follows them is inside.
	assert.equal(await page.evaluate(() => window.heard.length), 0);
	assert.equal(await page.evaluate(() => window.embeddedservice_bootstrap.utilAPI.showInvitation('Free delivery until Sunday.')), true);
	await page.getByRole('button', { name: 'Free delivery until Sunday.' }).click();
	await hears(page, 'Accepted');
	await seen(customer.frame.getByLabel('First name'));
	await gone(invitation(page));
	assert.equal(await page.evaluate(() => window.embeddedservice_bootstrap.utilAPI.showInvitation()), false);

	const german = await shop('Inviting', { language: 'de' });
	await seen(invitation(german.page).getByText('Moin! Fragen zum Zelt?'));

	// Who talks already isn't asked.
	await customer.introduce({ 'First name': 'Ines' });
	await customer.page.evaluate(() => localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith(':invited'))));
	await customer.page.reload();
	await until('the conversation is found', () => customer.page.evaluate(() => performance.now() > 2500 && window.embeddedservice_bootstrap.utilAPI.showChatButton()));
	assert.equal(await customer.page.evaluate(() => window.heard.length), 0);
});

story('nobody is invited by itself before storage is allowed; on a phone it is a strip beside the launcher', async () => {
	await deploy('Waiting', { invitation: { active: true, after_seconds: 0 } });
	const phone = await shop('Waiting', { storage: 'wait', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
	const { page } = phone;
	await until('the widget is there', () => page.evaluate(() => performance.now() > 2000 && window.embeddedservice_bootstrap.utilAPI.showChatButton()));
	assert.equal(await page.evaluate(() => window.heard.length), 0);
	await page.evaluate(() => window.embeddedservice_bootstrap.utilAPI.allowStorage());
	await seen(invitation(page));
	await page.evaluate(() => window.embeddedservice_bootstrap.utilAPI.showInvitation('A long text of the shop, '.repeat(12)));
	const { height, x } = await page.evaluate(() => {
		const host = [...document.body.children].find((one) => one.shadowRoot);
		const box = host.shadowRoot.querySelector('.invitation').getBoundingClientRect();
		return { height: box.height, x: box.x };
	});
	assert.ok(height <= 56 && x >= 0, `${height} px high, from ${x}`);
	await page.setViewportSize({ width: 390, height: 320 });
	await gone(invitation(page));
});

story('launchChat keeps its promise, and breaks it where there is nothing to open', async () => {
	const launch = (page) => page.evaluate(() => window.embeddedservice_bootstrap.utilAPI.launchChat().then(() => 'open', (reason) => reason.message));
	const early = await it.page();
	await early.goto(`${it.ready.url}/widget/test.html`);
	assert.match(await launch(early), /before init/);
	const missing = await it.page();
	await missing.goto(`${it.ready.url}/widget/test.html?org=${it.ready.org.key}&deployment=No_Such`);
	assert.match(await launch(missing), /can't be loaded/);
	assert.match(await launch(missing), /can't be loaded/);
	const customer = await Visitor.arrive(it);
	assert.equal(await launch(customer.page), 'open');
	assert.equal(await launch(customer.page), 'open');
	await seen(customer.frame.getByLabel('First name'));
	const night = await it.page();
	await night.route(/\/businesshours/, (route) => route.fulfill({ json: { businessHoursInfo: { businessHours: [{ startTime: Date.now() + 3_600_000, endTime: Date.now() + 7_200_000 }] } } }));
	const closed = await Visitor.arrive(it, { page: night });
	assert.match(await launch(closed.page), /business hours/);
});

story('set-up shows the widget itself with what is being edited, and corrects colours aloud', async () => {
	const id = await deploy('Edited', { prechat, prechat_style: 'conversation', languages: ['en', 'de', 'ar'], labels: { de: { greeting: 'Moin!' } }, invitation: { active: true, after_seconds: 5 } });
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	const asked = [];
	page.on('request', (request) => /\/(iamessage|embeddedservice|eventrouter)\//.test(request.url()) && asked.push(request.url()));
	await page.goto(`${it.ready.url}/setup/deployments/${id}`);
	const shopPage = page.frameLocator('iframe');
	const frame = shopPage.frameLocator('iframe');
	const show = (name) => page.getByRole('figure', { name: 'Preview of the draft' }).getByRole('radio', { name, exact: true }).check({ force: true });
	await seen(frame.getByText('Does the tent stand on sand?'));

	// Each key is followed, and the focus stays where it is typed.
	const title = page.getByLabel('Title', { exact: true });
	await show('Open');
	await title.fill('');
	await title.pressSequentially('Tent talk');
	await seen(frame.getByRole('heading', { name: 'Tent talk' }));
	assert.equal(await title.inputValue(), 'Tent talk');
	assert.equal(await title.evaluate((field) => field === document.activeElement), true);

	await show('Pre-chat');
	await seen(frame.getByRole('textbox', { name: 'First name' }));
	await page.getByRole('radio', { name: /^Form/ }).check();
	await seen(frame.getByRole('button', { name: 'Start conversation' }));
	await show('Closed');
	await seen(shopPage.getByRole('status').getByText('Hello! Can we help you?'));
	await page.getByLabel('Text (German)').fill('Fragen?');
	await page.getByLabel('Language', { exact: true }).selectOption('de');
	await seen(shopPage.getByRole('status').getByText('Fragen?'));
	await show('Talking');
	await seen(frame.getByText('Moin!'));
	await page.getByLabel('Language', { exact: true }).selectOption('ar');
	await until('from right to left', async () => (await frame.locator('html').getAttribute('dir')) === 'rtl');

	const text = page.getByLabel('Text colour', { exact: true }).last();
	await text.fill('#eeeeee');
	await seen(page.getByText(/Text colour: #eeeeee is hard to read here/));
	await text.fill('#222222');
	await gone(page.getByText(/is hard to read here/));
	await page.getByLabel('Background', { exact: true }).last().fill('');
	await page.getByRole('radio', { name: 'Dark', exact: true }).check({ force: true });
	await until('it is dark', async () => (await frame.locator('html').evaluate((html) => html.style.colorScheme)) === 'dark');
	await seen(page.getByText(/Text colour: #222222 is hard to read here/));
	assert.deepEqual(asked, [], 'the preview asks the server');

	// What the preview makes of a draft is what the server makes of it once it is published.
	await page.getByRole('button', { name: 'Save changes' }).click();
	await until('it is saved', () => page.getByRole('button', { name: 'Publish' }).isEnabled());
	await page.getByRole('button', { name: 'Publish' }).click();
	await seen(page.getByText('Published. It is live now.'));
	const shown = await page.evaluate(() => new Promise((done) => {
		const inner = document.querySelector('iframe').contentWindow;
		inner.addEventListener('message', (event) => event.data['switchboard-widget'] && event.data.message.type === 'rehearse' && done(event.data.message.rehearsal));
		document.querySelector('figure[aria-label="Preview of the draft"] input[value="open"]').click();
	}));
	const served = (await (await fetch(`${it.ready.url}/embeddedservice/v1/embedded-service-config?orgId=${it.ready.org.key}&esConfigName=Edited&language=ar`)).json()).embeddedServiceConfig;
	const { fileTypes: _types, maxFileBytes: _bytes, ...settings } = served.settings;
	assert.deepEqual(shown.config.settings, settings);
	for (const part of ['branding2', 'labels', 'language', 'choiceListConfig']) assert.deepEqual(shown.config[part], served[part], part);
	// Standard fields are named by the widget itself there, in the same words.
	const unnamed = (forms) => forms.map((form) => ({ ...form, formFields: form.formFields.map((field) => (field.name.startsWith('_') ? { ...field, label: '' } : field)) }));
	assert.deepEqual(unnamed(shown.config.forms), unnamed(served.forms));
});
