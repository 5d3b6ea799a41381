// A WhatsApp customer, played on the phone page, and an agent.
import assert from 'node:assert/strict';
import { picture } from './files.mjs';
import { count, seen, stage, unique, until } from './harness.mjs';
import { Agent, Phone } from './people.mjs';

const { it, story } = stage();

story('WhatsApp: texts, a picture, a reply, a reaction, a place; ticks both ways; a note stays inside', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	// The sandbox is for staff who may use it; the administrator holds the phone.
	const admin = await Agent.logIn(it, it.user('admin'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Tomás', auto_read: false });

	const question = unique('¿Dónde está mi pedido? 📦');
	await phone.write(question);
	await agent.accept(question);
	await seen(agent.page.getByRole('heading', { level: 1, name: 'Tomás' }));
	// The business has read it: blue ticks on the phone.
	await seen(phone.said(question).getByRole('img', { name: 'Read by the business' }));
	// The 24 hours to answer freely have begun.
	await seen(agent.page.getByText(/^23 ?h.* left to answer freely/));

	const answer = unique('On its way, it arrives tomorrow.');
	await agent.write(answer);
	await seen(phone.said(answer));
	await agent.became(answer, 'Read');
	const note = unique('Tell the courier about the dog');
	await agent.page.keyboard.press('Escape');
	await agent.page.keyboard.press('n');
	await agent.page.getByRole('textbox', { name: 'Note for colleagues' }).fill(note);
	await agent.page.getByRole('button', { name: 'Add note' }).click();
	await seen(agent.bubble(note));
	await agent.page.getByRole('radio', { name: 'Reply' }).check();

	// A picture with its caption, and a place.
	const [chooser] = await Promise.all([phone.page.waitForEvent('filechooser'), phone.choose(phone.page.getByRole('button', { name: 'Attach' }), /^Photo/)]);
	await chooser.setFiles(picture('parcel.png'));
	// WhatsApp carries no names of pictures.
	await seen(agent.log.getByRole('img', { name: 'Photo.png' }));
	await phone.choose(phone.page.getByRole('button', { name: 'Attach' }), /^Location/);
	await phone.page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
	await seen(agent.log.getByRole('link', { name: /Alexanderplatz/ }));

	// The customer answers that very message, and reacts to it.
	await phone.choose(phone.said(answer).first().getByRole('button', { name: 'Message' }), 'Answer');
	const reply = unique('Tomorrow is fine.');
	await phone.write(reply);
	await seen(agent.bubble(reply).getByRole('button', { name: answer }));
	await phone.choose(phone.said(answer).first().getByRole('button', { name: 'Message' }), 'React with 🙏');
	await seen(agent.bubble(answer).getByRole('img', { name: /🙏/ }));

	// The agent answers a message, too; the phone shows the quotation.
	await agent.bubble(reply).first().hover();
	await agent.bubble(reply).getByRole('button', { name: 'Answer this message' }).click();
	const quoting = unique('Between nine and noon.');
	await agent.write(quoting);
	await seen(phone.said(quoting).filter({ hasText: reply }));

	await agent.page.getByLabel('Attach files').setInputFiles(picture('map.png'));
	const send = agent.page.getByRole('button', { name: 'Send', exact: true });
	await until('the picture is uploaded', () => send.isEnabled());
	await send.click();
	await seen(phone.log.getByRole('img', { name: /^Picture/ }).nth(1));

	assert.equal((await phone.messages()).some((m) => JSON.stringify(m).includes('dog')), false, 'the customer got the note');
	await count(phone.said(answer).filter({ hasNotText: reply }).filter({ hasNotText: quoting }), 1);
});

story('WhatsApp: when the window is closed, a template is the way out', async () => {
	const admin = await Agent.logIn(it, it.user('admin'));
	await admin.page.goto(`${it.ready.url}/setup/templates`);
	await admin.page.getByRole('button', { name: /WhatsApp/ }).click();
	await seen(admin.page.getByRole('row', { name: /order_update.*Approved/i }));

	// The agent writes first, to somebody who never wrote: no window is open, before and after.
	const agent = await Agent.logIn(it, it.user('agent'));
	const phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Ottilie' });
	const fill = async (place, values) => {
		for (const [i, value] of values.entries()) await place.getByRole('textbox', { name: /^Value for/ }).nth(i).fill(value);
	};
	await agent.page.getByRole('button', { name: 'New conversation' }).click();
	const dialog = agent.page.getByRole('dialog');
	await dialog.getByLabel('From').selectOption(it.channel('whatsapp').id);
	await dialog.getByLabel('Customer’s number').fill(phone.phone.number);
	await dialog.getByRole('button', { name: /^appointment_reminder/ }).click();
	await fill(dialog, ['Ottilie', 'Monday', '9:30']);
	await dialog.getByRole('button', { name: 'Send', exact: true }).click();
	const first = 'Hi Ottilie, see you on Monday at 9:30. Need another time? Just answer here.';
	await seen(agent.bubble(first));
	await seen(phone.said(first));

	const way = agent.page.getByRole('note').getByRole('button', { name: 'Send a template' });
	await seen(way);
	assert.equal(await agent.field.count(), 0, 'free text could be written');
	await way.click();
	await agent.page.getByRole('button', { name: /^order_update/ }).click();
	await agent.page.getByRole('textbox', { name: /^Header/ }).fill('10234');
	await fill(agent.page, ['Ottilie', '10234', 'on Thursday']);
	await agent.page.getByRole('button', { name: 'Send template' }).click();
	await seen(phone.said('Hi Ottilie, your order 10234 is on its way and arrives on Thursday.'));

	// Her answer opens it.
	const answer = unique('Monday is fine');
	await phone.write(answer);
	await seen(agent.bubble(answer));
	await seen(agent.page.getByText(/^23 ?h.* left to answer freely/));
	const free = unique('Lovely, see you then.');
	await agent.write(free);
	await seen(phone.said(free));
});
