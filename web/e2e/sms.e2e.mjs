// A customer with a plain phone: text messages by the played Twilio.
import assert from 'node:assert/strict';
import { photograph } from './files.mjs';
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, Phone } from './people.mjs';

const { it, story } = stage();

story('SMS: segments are counted, a failure says why', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const admin = await Agent.logIn(it, it.user('admin'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'sms', { name: 'Noor' });
	const question = unique('Is the shop open today?');
	await phone.write(question);
	await agent.accept(question);

	// 160 characters of the GSM alphabet are one segment; one beyond it makes segments of 70.
	await agent.field.fill('x'.repeat(160));
	await seen(agent.page.getByText(/^0 left · 1 segment · GSM-7/));
	await agent.field.fill('x'.repeat(161));
	await seen(agent.page.getByText(/2 segments · GSM-7/));
	await agent.field.fill(`Жду вас. ${'x'.repeat(70)}`);
	await seen(agent.page.getByText(/2 segments · UCS-2/));

	const answer = unique('Until six.');
	await agent.write(answer);
	await seen(phone.said(answer));
	await agent.became(answer, 'Delivered');

	// The phone loses service: the message fails, and says why.
	await phone.choose(phone.page.getByRole('button', { name: 'This phone' }), 'No service');
	const late = unique('And tomorrow from ten.');
	await agent.write(late);
	const problem = agent.log.getByRole('alert');
	await seen(problem);
	assert.match(await problem.innerText(), /Not delivered\.\s+\S.{10,}\(\d{4}\)/s, 'no advice, or no code');

	// Back in service, the next one arrives.
	await phone.page.getByRole('button', { name: 'Switch on' }).click();
	const again = unique('Tomorrow from ten, that is.');
	await agent.write(again);
	await seen(phone.said(again));
	await agent.became(again, 'Delivered');
	// What failed is no guess: the phone never had it.
	assert.equal((await phone.messages()).filter((m) => m.status === 'delivered' && m.content.text === late).length, 0);
});

story('a message that may have been sent says so, and Retry really sends it', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const channel = it.channel('whatsapp');
	const phone = await it.sandbox('POST', `/channels/${channel.id}/phones`, { name: 'Idris' });
	const question = unique('Is my repair done?');
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text: question });
	await agent.accept(question);

	const calm = await it.sandbox('GET', `/channels/${channel.id}/misbehaviour`);
	await it.sandbox('PUT', `/channels/${channel.id}/misbehaviour`, { ...calm, break: 1 });
	const answer = unique('It is, come by.');
	await agent.write(answer);
	const problem = agent.log.getByRole('alert');
	await seen(problem.getByText('May have been sent.'));
	await problem.getByRole('button', { name: 'Retry' }).click();
	await gone(problem);
	await agent.became(answer, 'Delivered');
	await until('it is on the phone once', async () => {
		const { items } = await it.sandbox('GET', `/phones/${phone.id}/messages`);
		return items.filter((m) => m.content.text === answer).length === 1;
	});
});

story('SMS: a number does what its country allows, and a large picture is made to fit', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const admin = await Agent.logIn(it, it.user('admin'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'sms', { name: 'Ines' });
	const page = admin.page;

	// The page says what the number is, and counts the month.
	await page.goto(`${it.ready.url}/setup/channels/${phone.channel.id}`);
	await seen(page.getByText('Long code'));
	await seen(page.getByText('United States'));
	const before = await it.api('GET', `/channels/${phone.channel.id}/usage`);
	const question = unique('Have you sand?');
	await phone.write(question);
	await agent.accept(question);
	const send = agent.page.getByRole('button', { name: 'Send', exact: true });
	const withPhotograph = async (text) => {
		await agent.field.fill(text);
		await agent.page.getByLabel('Attach files').setInputFiles(photograph());
		await seen(agent.page.getByRole('button', { name: 'Remove sand.png' }));
		await until('the picture is uploaded', () => send.isEnabled());
		await send.click();
	};
	const answer = unique('This one.');
	await withPhotograph(answer);
	await agent.became(answer, 'Delivered');
	const [, got] = await phone.messages();
	assert.equal(got.content.file.type, 'image/jpeg');
	assert.ok(got.content.file.size <= 500 * 1024, `the phone got ${got.content.file.size} bytes`);
	const { items } = await it.api('GET', `/conversations/${agent.conversation()}/entries`);
	const sent = items.find((entry) => entry.content.text === answer);
	assert.ok(sent.content.file.type === 'image/png' && sent.content.file.size > 1e6, 'the agent keeps the original');
	const now = await it.api('GET', `/channels/${phone.channel.id}/usage`);
	assert.deepEqual([now.sent - before.sent, now.received - before.received], [1, 1]);
	await page.reload();
	await seen(page.getByRole('meter', { name: 'Used of what may be sent this month' }));

	// Without its registration the number sends no pictures, and says so where the agent writes.
	await page.getByRole('switch', { name: 'Registered with the carriers (10DLC)' }).uncheck();
	await page.getByRole('button', { name: 'Save' }).click();
	await until('it is saved', async () => (await it.api('GET', `/channels/${phone.channel.id}`)).settings?.ten_dlc_registered !== 'yes');
	await withPhotograph(unique('And that one.'));
	await seen(agent.page.getByText(/isn.t registered with the carriers/));

	// Abroad nothing goes at all.
	const abroad = await fetch(`${it.ready.url}/api/v1/conversations`, { method: 'POST', body: JSON.stringify({ channel_id: phone.channel.id, to: '+436601234567', text: 'Hallo' }),
		headers: { authorization: `Bearer ${it.ready.api_key}`, 'content-type': 'application/json' } });
	assert.equal((await abroad.json()).code, 'wrong_country');
});

story('SMS: the country table says what a number may do, and whoever writes outside of the sending hours is warned', async () => {
	const agent = await Agent.logIn(it, it.user('agent'));
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	const save = async () => {
		await page.getByRole('button', { name: 'Save' }).click();
		await seen(page.getByText('Saved.', { exact: true }).last());
		await gone(page.getByRole('region', { name: 'Unsaved changes' }));
	};
	const begin = async (to) => {
		await agent.page.getByRole('button', { name: 'New conversation' }).first().click();
		const dialog = agent.page.getByRole('dialog', { name: 'New conversation' });
		await dialog.getByLabel('From').selectOption(it.channel('sms').id);
		await dialog.getByLabel('Customer’s number').fill(to);
		await seen(dialog.getByText(/United States · .+ there now/));
		return dialog;
	};

	// From the channel to the rules of its number's country.
	await page.goto(`${it.ready.url}/setup/channels/${it.channel('sms').id}`);
	await page.getByRole('link', { name: 'What numbers may do in this country' }).click();
	await seen(page.getByRole('heading', { name: 'United States' }));
	for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) await page.getByRole('checkbox', { name: day }).uncheck();
	await save();

	// Nobody is to write first now: the agent is told, and may do so knowingly.
	const dialog = await begin('+1 212 556 0144');
	await seen(dialog.getByText(/^Outside of the sending hours: it is/));
	await dialog.getByLabel('Message', { exact: true }).fill('Your parcel waits at the shop.');
	await dialog.getByRole('button', { name: 'Send' }).click();
	await agent.page.waitForURL(/\/inbox\/[0-9a-f-]{36}/);

	// A long code that may no longer write first says so before anything is written.
	const longCode = page.getByRole('region', { name: 'Long code' });
	await longCode.getByRole('checkbox', { name: 'Write first' }).uncheck();
	await save();
	const refused = await begin('+1 212 556 0145');
	await seen(refused.getByText(/this kind of number can.t write first/));
	await agent.page.keyboard.press('Escape');

	// The list tells what was changed; back to what is built in it is as before.
	await page.getByRole('link', { name: 'Countries' }).last().click();
	const row = page.getByRole('row', { name: /United States/ });
	await seen(row.getByText('Changed here'));
	await seen(row.getByText('Never'));
	await row.getByRole('link').click();
	await page.getByRole('button', { name: 'Back to built-in values' }).click();
	await save();
	assert.deepEqual((await it.api('GET', '/countries/US')).changed, []);
	await page.getByRole('link', { name: 'Countries' }).last().click();
	await seen(row.getByText('Mon–Sun 08:00–21:00'));
});
