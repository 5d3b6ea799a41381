// A customer says in one word that they want no messages, and the house obeys.
import assert from 'node:assert/strict';
import { seen, stage, unique, until } from './harness.mjs';
import { Agent, Phone } from './people.mjs';

const { it, story } = stage();
const shots = process.env.CONSENT_SHOTS;
const shoot = async (page, name) => {
	if (!shots) return;
	for (const [width, height, size] of [[1440, 900, 'wide'], [390, 844, 'narrow']]) {
		await page.setViewportSize({ width, height });
		for (const scheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme: scheme });
			await page.screenshot({ path: `${shots}/${name}-${size}-${scheme}.png` });
		}
	}
	await page.setViewportSize({ width: 1440, height: 900 });
	await page.emulateMedia({ colorScheme: 'light' });
};

story('STOP from the phone ends it all, START begins anew, and the panel tells the history', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const admin = await Agent.logIn(it, it.user('admin'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Samira' });
	const question = unique('Where is my parcel?');
	await phone.write(question);
	await agent.accept(question);
	const page = agent.page;

	await phone.write('stop');
	await seen(phone.page.getByText(/no more messages from us/));
	// The agent sees what came, what was answered, and why nothing more can be written.
	await seen(agent.log.getByText(/Consent: Implicitly opted in → Opted out \(wrote .*STOP/));
	await seen(agent.log.getByText(/no more messages from us/));
	await seen(page.getByText('The customer has opted out. Nothing can be sent until they opt in again.'));
	const panel = page.locator('#context-consent');
	await seen(panel.getByText('Opted out', { exact: true }));
	await panel.getByText('History of consent').click();
	await seen(panel.getByText(/wrote .*STOP/));
	await shoot(page, 'opted-out');

	await phone.write('START');
	await seen(phone.page.getByText(/Thanks for opting in/));
	await seen(panel.getByText('Explicitly opted in').first());

	// For them, with a note; and out again.
	await panel.getByRole('button', { name: 'Opt out' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Opt out' }).click();
	await seen(page.getByText('The customer is opted out.'));
	await panel.getByRole('button', { name: 'Opt in' }).click();
	assert.ok(await dialog.getByRole('button', { name: 'Opt in' }).isDisabled(), 'opted in without a note');
	await dialog.getByLabel('Note').fill('Asked for it on the phone');
	await dialog.getByRole('button', { name: 'Opt in' }).click();
	await panel.locator('details').evaluate((history) => void (history.open = true));
	await seen(panel.getByText('Asked for it on the phone'));
	await shoot(page, 'history');
});

story('an administrator changes the texts, for all channels and for one', async () => {
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	await page.goto(`${it.ready.url}/setup/consent`);
	await seen(page.getByRole('heading', { name: 'Consent', exact: true }));
	await shoot(page, 'rules');
	const help = unique('Call us at any time.');
	await page.getByLabel('Answer to a call for help').fill(help);
	await page.getByLabel('Opting in').first().fill('START, stop');
	await page.getByRole('button', { name: 'Save' }).click();
	await seen(page.getByText(/The word .*is there twice/).first());
	await shoot(page, 'rules-refused');
	await page.getByLabel('Opting in').first().fill('START, YES');
	await page.getByRole('button', { name: 'Save' }).click();
	await until('it is saved', async () => (await it.api('GET', '/consent')).languages[0].texts.help_response === help);

	const phone = await Phone.pickUp(it, page.context(), 'whatsapp', { name: 'Boris' });
	await phone.write('Help');
	await seen(phone.page.getByText(help));

	// One channel has its own.
	const channel = it.channel('whatsapp');
	await page.goto(`${it.ready.url}/setup/consent/${channel.id}`);
	await seen(page.getByText(/This channel has the organisation.s keywords/));
	await page.getByRole('button', { name: 'Add language' }).click();
	await page.getByRole('dialog').getByRole('combobox').selectOption('de');
	await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
	await page.getByRole('button', { name: 'Save' }).click();
	await until('it is saved', async () => (await it.api('GET', `/channels/${channel.id}/consent`)).languages.length === 3);
	await shoot(page, 'rules-own');
	await phone.write('Hilfe');
	await seen(phone.page.getByText(/Schreiben Sie uns hier/));
	await page.getByRole('button', { name: 'Use the organisation’s' }).first().click();
	await page.getByRole('dialog').getByRole('button', { name: 'Use the organisation’s' }).click();
	await until('it is inherited', async () => !(await it.api('GET', `/channels/${channel.id}/consent`)).own);
});
