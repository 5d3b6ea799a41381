// Takes the pictures of docs/screenshots: the main pages with people at work in them. With --all, every
// page, wide and narrow, light and dark, into a folder to look at; with a folder's name, into that one.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { picture } from './files.mjs';
import { seen, Stage, until } from './harness.mjs';
import { Agent, Phone, Visitor } from './people.mjs';

const all = process.argv.includes('--all');
const asked = process.argv.slice(2).find((word) => !word.startsWith('--'));
const folder = asked ?? (all ? mkdtempSync(join(tmpdir(), 'switchboard-screenshots-')) : fileURLToPath(new URL('../../docs/screenshots', import.meta.url)));
mkdirSync(folder, { recursive: true });

/** The ones that the documents show. */
const chosen = new Set([
	'inbox-wide-light', 'inbox-wide-dark', 'inbox-narrow-light', 'template-wide-light', 'channel-wide-light',
	'deployment-wide-light', 'widget-wide-light', 'widget-narrow-light', 'phone-wide-light', 'list-narrow-dark'
]);
const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

async function shoot(name, page, only = ['wide', 'narrow']) {
	for (const size of only) {
		for (const colorScheme of ['light', 'dark']) {
			const title = `${name}-${size}-${colorScheme}`;
			if (!all && !chosen.has(title)) continue;
			await page.setViewportSize(sizes[size]);
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
			await until('pictures and letters are there', () => page.evaluate(() => document.fonts.status === 'loaded' && [...document.images].every((one) => one.complete)));
			const shot = await page.screenshot({ animations: 'disabled' });
			const path = join(folder, `${title}.${all ? 'png' : 'webp'}`);
			const bytes = all ? shot : await asWebP(shot);
			writeFileSync(path, bytes);
			console.warn(`${path}  ${Math.round(bytes.length / 1024)} KB`);
		}
	}
	await page.setViewportSize(sizes.wide);
}

/** The browser packs the picture itself: a third of the size. */
async function asWebP(shot) {
	const page = await it.page();
	const packed = await page.evaluate(async (text) => {
		const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
		const canvas = document.createElement('canvas');
		[canvas.width, canvas.height] = [picture.width, picture.height];
		canvas.getContext('2d').drawImage(picture, 0, 0);
		return canvas.toDataURL('image/webp', 0.92).split(',')[1];
	}, shot.toString('base64'));
	await page.close();
	return Buffer.from(packed, 'base64');
}

async function says(it, type, name, ...texts) {
	const phone = await it.sandbox('POST', `/channels/${it.channel(type).id}/phones`, { name });
	for (const text of texts) await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	return phone;
}

async function play(it) {
	const login = await it.page();
	await login.goto(it.ready.url);
	await seen(login.getByRole('button', { name: 'Log in' }));
	await shoot('login', login);

	const admin = await Agent.logIn(it, it.user('admin'));
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	for (const [type, name, text] of [['sms', 'Noor', 'Is the shop open on Sunday?'], ['whatsapp', 'Tomás Rivera', 'Muchas gracias, hasta el jueves']]) {
		await says(it, type, name, text);
		await agent.accept(text);
	}
	const phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Ines Hartmann' });
	await phone.write('Hi! I ordered the oak shelf last week.');
	await agent.accept('oak shelf');
	await phone.write('Could it still be oiled before it ships?');
	await seen(agent.bubble('oiled before'));
	await agent.write('Hello Ines, let me look that up for you.');
	await seen(phone.said('look that up'));
	await agent.page.keyboard.press('Escape');
	await agent.page.keyboard.press('n');
	await agent.page.getByRole('textbox', { name: 'Note for colleagues' }).fill('Workshop says yes, ships two days later.');
	await agent.page.getByRole('button', { name: 'Add note' }).click();
	await seen(agent.bubble('Workshop says'));
	await agent.page.getByRole('radio', { name: 'Reply' }).check();
	await agent.write('Yes, gladly. It then leaves the workshop on Thursday.');
	await agent.became('leaves the workshop', 'Read');
	const [chooser] = await Promise.all([phone.page.waitForEvent('filechooser'), phone.choose(phone.page.getByRole('button', { name: 'Attach' }), /^Photo/)]);
	await chooser.setFiles(picture());
	await seen(agent.log.getByRole('img', { name: 'Photo.png' }));
	await phone.choose(phone.said('leaves the workshop').first().getByRole('button', { name: 'Message' }), 'Answer');
	await phone.write('Perfect. This is the colour that we would like.');
	await seen(agent.bubble('Perfect'));
	await seen(phone.said('Perfect').getByRole('img', { name: 'Read by the business' }));

	const customer = await (await Visitor.arrive(it)).open();
	await shoot('prechat', customer.page);
	await customer.introduce({ 'First name': 'Maya', 'E-mail': 'maya@example.com', 'Order number': '10234' });
	await customer.write('Does the Hálla come in sand, too?');
	await seen(agent.offer('come in sand'));
	await shoot('inbox', agent.page);
	await agent.page.getByRole('button', { name: 'Send a template' }).click();
	await agent.page.getByRole('button', { name: /^order_update/ }).click();
	for (const [i, value] of ['10234', 'Ines', '10234', 'on Thursday'].entries()) await agent.page.getByRole('textbox', { name: /^(Header|Value for) / }).nth(i).fill(value);
	await shoot('template', agent.page);
	await agent.page.getByRole('button', { name: 'Close' }).click();
	await agent.accept('come in sand');
	await agent.write('It does, Maya: in sand and in slate.');
	await seen(customer.said('It does, Maya'));
	await customer.write('Lovely. And does it stand on a beach?');
	await seen(customer.said('on a beach').getByText('Read'));
	await agent.write('It does, with the wide pegs. I’ll put a set into your parcel.');
	await seen(customer.said('wide pegs'));
	await shoot('widget', customer.page);
	await says(it, 'sms', 'Robin', 'Hello, is my parcel on its way?');
	await seen(agent.offer('parcel'));
	await agent.page.goto(`${it.ready.url}/inbox`);
	await seen(agent.offer('parcel'));
	await shoot('list', agent.page);
	await phone.page.getByRole('button', { name: /^Show what is exchanged/ }).click();
	await shoot('phone', phone.page);

	await admin.page.goto(`${it.ready.url}/setup`);
	await seen(admin.page.getByRole('heading', { level: 1 }));
	await shoot('checklist', admin.page);
	await admin.page.goto(`${it.ready.url}/setup/channels/new`);
	await seen(admin.page.getByRole('button', { name: /WhatsApp/ }));
	await shoot('channel', admin.page);
	await admin.page.goto(`${it.ready.url}/setup/channels`);
	await admin.page.getByRole('main').getByRole('link', { name: 'WhatsApp', exact: true }).click();
	await seen(admin.page.getByLabel('Name', { exact: true }));
	await shoot('channel-page', admin.page);
	await admin.page.goto(`${it.ready.url}/setup/users`);
	await seen(admin.page.getByRole('row', { name: /Grace/ }));
	await shoot('users', admin.page);
	await admin.page.goto(`${it.ready.url}/setup/deployments`);
	await admin.page.getByRole('link', { name: 'Demo Web' }).click();
	await seen(admin.page.getByLabel('Title', { exact: true }));
	await shoot('deployment', admin.page);
}

const it = new Stage();
try {
	await it.open();
	await play(it);
} catch (cause) {
	await it.photograph('screenshots');
	throw cause;
} finally {
	await it.close();
}
