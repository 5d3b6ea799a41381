// Takes the pictures of docs/screenshots: every main page and state with people at work in them, wide and narrow,
// light and dark. A folder's name puts them there; --only=WORD takes those whose scene has the word in its name.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { picture } from './files.mjs';
import { seen, Stage, until } from './harness.mjs';
import { Agent, Phone, Visitor } from './people.mjs';

const asked = process.argv.slice(2).find((word) => !word.startsWith('--'));
const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length) ?? '';
const folder = asked ?? fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
mkdirSync(folder, { recursive: true });

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
let packer;
let taken = 0;
let weight = 0;

/** shoot takes a page in all its forms; `settle` puts it back into its state where a size changed that. */
async function shoot(name, page, settle = () => {}) {
	for (const [size, viewport] of Object.entries(sizes)) {
		await page.setViewportSize(viewport);
		await settle(size);
		for (const colorScheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			// A pointer that rests on something shows its tooltip.
			await page.mouse.move(0, 0);
			await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
			await until('pictures and letters are there', () => page.evaluate(() => document.fonts.status === 'loaded' && [...document.images].every((one) => one.complete || one.loading === 'lazy')));
			const bytes = await asWebP(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
			writeFileSync(join(folder, `${name}-${size}-${colorScheme}.webp`), bytes);
			taken++;
			weight += bytes.length;
		}
	}
	await page.setViewportSize(sizes.wide);
	console.warn(`  ${name}`);
}

/** The browser packs the picture itself: a third of the size. */
async function asWebP(shot) {
	packer ??= await it.page();
	const packed = await packer.evaluate(async (text) => {
		const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
		const canvas = document.createElement('canvas');
		[canvas.width, canvas.height] = [picture.width, picture.height];
		canvas.getContext('2d').drawImage(picture, 0, 0);
		return canvas.toDataURL('image/webp', 0.82).split(',')[1];
	}, shot.toString('base64'));
	return Buffer.from(packed, 'base64');
}

let number = 200;
/** A customer with a phone; numbers are the same each time. */
async function customer(type, name, ...texts) {
	const phone = await it.sandbox('POST', `/channels/${it.channel(type).id}/phones`, { name, number: `+15550100${++number}` });
	for (const text of texts) await it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	return phone;
}

/** What the scenes share: who is logged in, and the conversations that are played first. */
const cast = {};

async function begin() {
	// Offers stay for as long as their pictures take.
	const { items } = await it.api('GET', '/routing-configurations');
	for (const one of items) await it.api('PATCH', `/routing-configurations/${one.id}`, { push_timeout_seconds: 240 });
	cast.admin = await Agent.logIn(it, it.user('admin'));
	cast.agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
}

async function opened(agent, path, what) {
	await agent.page.goto(`${it.ready.url}${path}`);
	await seen(what ?? agent.page.locator('#main h1, #main h2, [role=log]'));
	await until('it has loaded', async () => (await agent.page.locator('[aria-busy=true]').count()) === 0);
}

/** Scenes in their order; a later one may stand on what an earlier one played. */
const scenes = {
	async login() {
		const page = await it.page();
		await page.goto(it.ready.url);
		await seen(page.getByRole('button', { name: 'Log in' }));
		await shoot('login', page);
	},

	async conversation() {
		const { agent, admin } = cast;
		for (const [type, name, text] of [['sms', 'Noor', 'Is the shop open on Sunday?'], ['whatsapp', 'Tomás Rivera', 'Muchas gracias, hasta el jueves']]) {
			await customer(type, name, text);
			await agent.accept(text);
		}
		const phone = (cast.phone = await Phone.pickUp(it, admin.page.context(), 'whatsapp', { name: 'Ines Hartmann', number: '+15550100200' }));
		await phone.write('Hi! I ordered the oak shelf last week.');
		await agent.accept('oak shelf');
		// Another conversation was open: its address stands until this one is.
		await seen(agent.bubble('oak shelf'));
		cast.ines = agent.conversation();
		await phone.write('Could it still be oiled before it ships?');
		await seen(agent.bubble('oiled before'));
		await agent.write('Hello Ines, let me look that up for you.');
		await seen(phone.said('look that up'));
		await agent.page.keyboard.press('Escape');
		await agent.page.keyboard.press('n');
		const note = agent.page.getByRole('textbox', { name: 'Note for colleagues' });
		await note.fill('Workshop says yes, ships two days later.');
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
		await agent.log.evaluate((view) => (view.scrollTop = view.scrollHeight));
		await shoot('conversation', agent.page);
	},

	async widget() {
		const { agent } = cast;
		const arrived = await Visitor.arrive(it);
		await seen(arrived.page.getByRole('button', { name: /^Open messages/ }));
		await shoot('widget-launcher', arrived.page);
		const maya = (cast.maya = await arrived.open());
		await seen(maya.frame.getByLabel('First name'));
		await shoot('widget-prechat', maya.page);
		await maya.introduce({ 'First name': 'Maya', 'E-mail': 'maya@example.com', 'Order number': '10234' });
		await maya.write('Does the Hálla come in sand, too?');
		await seen(agent.offer('come in sand'));
		await seen(maya.said('come in sand'));
		await shoot('widget-waiting', maya.page);
	},

	async inbox() {
		await shoot('inbox', cast.agent.page);
		await opened(cast.agent, '/inbox', cast.agent.offer('come in sand'));
		await shoot('list', cast.agent.page);
	},

	async talking() {
		const { agent, maya } = cast;
		await agent.accept('come in sand');
		await agent.write('It does, Maya: in sand and in slate.');
		await seen(maya.said('It does, Maya'));
		await maya.write('Lovely. And does it stand on a beach?');
		await seen(maya.said('on a beach').getByText('Read'));
		await agent.write('It does, with the wide pegs. I’ll put a set into your parcel.');
		await seen(maya.said('wide pegs'));
		await shoot('widget', maya.page);
		await maya.page.context().setOffline(true);
		await seen(maya.frame.getByText("You're offline."));
		await maya.write('On the train, in a tunnel.');
		await seen(maya.frame.getByText(/will be sent when you're back/));
		await shoot('widget-offline', maya.page);
		await maya.page.context().setOffline(false);
		await seen(agent.bubble('in a tunnel'));
		await maya.frame.getByRole('button', { name: 'More' }).click();
		await maya.frame.getByRole('menuitem', { name: 'End conversation' }).click();
		await maya.frame.getByRole('button', { name: 'End it' }).click();
		await until('the session has ended', async () => (await it.api('GET', `/conversations/${agent.conversation()}`)).session.status === 'ended');
		await seen(maya.said('wide pegs'));
		await shoot('widget-ended', maya.page);
	},

	async 'widget in Arabic'() {
		const visitor = await (await Visitor.arrive(it, { language: 'ar' })).page;
		await visitor.getByRole('button').first().click();
		await seen(visitor.frameLocator('iframe').getByRole('textbox'));
		await shoot('widget-arabic', visitor);
	},

	async template() {
		const { agent } = cast;
		await opened(agent, `/inbox/${cast.ines}`, agent.log);
		await agent.page.getByRole('button', { name: 'Send a template' }).click();
		await agent.page.getByRole('button', { name: /^order_update/ }).click();
		for (const [i, value] of ['10234', 'Ines', '10234', 'on Thursday'].entries()) await agent.page.getByRole('textbox', { name: /^(Header|Value for) / }).nth(i).fill(value);
		await shoot('template', agent.page);
		await agent.page.getByRole('button', { name: 'Close' }).click();
	},

	async note() {
		const { agent } = cast;
		await opened(agent, `/inbox/${cast.ines}`, agent.log);
		await agent.page.getByRole('radio', { name: 'Note' }).check();
		const note = agent.page.getByRole('textbox', { name: 'Note for colleagues' });
		await note.fill('');
		await note.pressSequentially('Could you look after the oil? @');
		await seen(agent.page.getByRole('option').first());
		await shoot('note', agent.page);
		await note.fill('');
		await agent.page.getByRole('radio', { name: 'Reply' }).check();
	},

	async 'quick texts'() {
		const { agent } = cast;
		await opened(agent, `/inbox/${cast.ines}`, agent.field);
		await agent.field.pressSequentially('/');
		await seen(agent.page.getByRole('option').first());
		await shoot('quick-texts', agent.page);
		await agent.field.fill('');
	},

	async transfer() {
		const { agent } = cast;
		await opened(agent, `/inbox/${cast.ines}`, agent.log);
		await agent.log.focus();
		await agent.page.keyboard.press('t');
		await seen(agent.page.getByRole('dialog').getByRole('option').first());
		await shoot('transfer', agent.page);
		await agent.page.keyboard.press('Escape');
	},

	async 'failed message'() {
		const { agent } = cast;
		const phone = await customer('sms', 'Robin Ashby', 'Hello, is my parcel on its way?');
		await agent.accept('parcel');
		await agent.write('It left this morning and is with you on Friday.');
		await agent.became('left this morning', 'Delivered');
		await it.sandbox('PATCH', `/phones/${phone.id}`, { state: 'unreachable' });
		await agent.write('The carrier’s number is 00 1234 5678.');
		await seen(agent.log.getByRole('alert'));
		await shoot('failed', agent.page);
	},

	async 'closed window'() {
		const { admin } = cast;
		const past = await until('a conversation that is over', async () => (await it.api('GET', '/conversations?scope=all&status=ended&limit=50')).items.find((one) => one.customer.name === 'Nora Weiss'));
		await opened(admin, `/inbox/${past.id}?scope=all&status=ended`, admin.log);
		await shoot('closed-window', admin.page);
	},

	async 'list states'() {
		const luca = await Agent.logIn(it, it.user('agent', 1));
		await opened(luca, '/inbox', luca.list.getByRole('heading').nth(1));
		await shoot('list-empty', luca.page);
		await opened(cast.admin, '/inbox?scope=all&status=error', cast.admin.list.getByRole('heading').nth(1));
		await shoot('list-none', cast.admin.page);
		await luca.page.route(/\/api\/v1\/conversations\?/, (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"title":"It can’t be read now.","status":500}' }));
		await luca.page.goto(`${it.ready.url}/inbox?scope=team`);
		await seen(luca.list.getByRole('button', { name: /again/i }));
		await shoot('list-error', luca.page);
		await luca.page.unroute(/\/api\/v1\/conversations\?/);
		await opened(luca, '/inbox');
		await luca.page.context().setOffline(true);
		await seen(luca.page.getByText(/^You are offline/));
		await shoot('offline', luca.page);
		await luca.page.context().close();
	},

	async search() {
		const { agent } = cast;
		await opened(agent, '/search?q=parcel', agent.page.locator('a.hit'));
		await shoot('search', agent.page);
	},

	async panels() {
		const { agent } = cast;
		await opened(agent, `/inbox/${cast.ines}`, agent.log);
		await agent.log.focus();
		await agent.page.keyboard.press('Control+k');
		await agent.page.getByRole('combobox').fill('ine');
		await seen(agent.page.getByRole('option').first());
		await shoot('palette', agent.page);
		await agent.page.keyboard.press('Escape');
		await agent.log.focus();
		await agent.page.keyboard.press('?');
		await seen(agent.page.getByRole('dialog'));
		await shoot('keys', agent.page);
		await agent.page.keyboard.press('Escape');
		await agent.page.keyboard.press('Control+k');
		await agent.page.getByRole('combobox').fill('Preferences');
		await agent.page.getByRole('option', { name: 'Preferences' }).first().click();
		await seen(agent.page.getByLabel('Language'));
		await shoot('preferences', agent.page);
		await agent.page.keyboard.press('Escape');
		await agent.page.getByRole('button', { name: 'New conversation' }).click();
		await seen(agent.page.getByRole('dialog'));
		await shoot('start', agent.page);
		await agent.page.keyboard.press('Escape');
	},

	async phone() {
		const { page } = cast.phone;
		await page.bringToFront();
		await page.getByRole('button', { name: /^Show what is exchanged/ }).click();
		await shoot('phone', page);
	},

	async 'set-up'() {
		const { admin } = cast;
		const places = ['', 'security', 'channels', 'channels/new', 'deployments', 'keysets', 'keys', 'templates', 'consent', 'countries', 'queues', 'routing-configurations', 'presence-statuses', 'quick-texts', 'users', 'users/new', 'permission-sets', 'api-keys', 'sensitive-data-rules', 'organisation', 'audit', 'delivery-errors', 'quarantine'];
		await it.api('POST', '/sensitive-data-rules', { name: 'Card numbers', active: true, preset: 'payment_card', action: 'replace', replacement: '[card]', authors: ['customer', 'agent'] });
		await it.api('POST', '/keysets', { name: 'Shop', type: 'url', issuer: 'https://shop.example', url: 'https://shop.example/keys.json' });
		for (const path of places) {
			await opened(admin, `/setup/${path}`, admin.page.getByRole('heading', { level: 1 }));
			await shoot(`setup-${path.replace('/', '-') || 'checklist'}`, admin.page);
		}
	},

	async 'set-up, one thing'() {
		const { admin } = cast;
		const first = async (path, name, link) => {
			await opened(admin, `/setup/${path}`, admin.page.getByRole('main').getByRole('link', { name: link, exact: true }));
			await admin.page.getByRole('main').getByRole('link', { name: link, exact: true }).first().click();
			await admin.page.waitForURL(/\/setup\/[a-z-]+\/[0-9a-zA-Z_-]+/);
			await until('it has loaded', async () => (await admin.page.locator('[aria-busy=true]').count()) === 0 && (await admin.page.getByLabel('Name', { exact: true }).count()) > 0);
			await shoot(name, admin.page);
		};
		await first('channels', 'channel', 'WhatsApp');
		await first('queues', 'queue', 'Support');
		await first('deployments', 'deployment', 'Demo Web');
		await first('quick-texts', 'quick-text', 'Returns');
		await first('users', 'user', 'Grace Novak');
		await first('routing-configurations', 'routing', 'Standard');
	},

	async gallery() {
		const page = await it.page();
		await page.goto(`${it.ready.url}/ui/`);
		await seen(page.locator('[data-specimen]'));
		await shoot('gallery', page);
	},

	async languages() {
		for (const [language, locale] of [['arabic', 'ar'], ['german', 'de-DE']]) {
			const page = await it.page({ locale });
			const user = it.user('agent');
			await page.goto(it.ready.url);
			await page.locator('input[type=email]').fill(user.email);
			await page.locator('input[type=password]').fill(user.password);
			await page.keyboard.press('Enter');
			await seen(page.locator('nav'));
			await page.goto(`${it.ready.url}/inbox/${cast.ines}`);
			await seen(page.getByRole('log'));
			await shoot(`inbox-${language}`, page);
			await page.context().close();
		}
	}
};

const it = new Stage();
const failed = [];
process.once('SIGTERM', () => process.exit(143));
try {
	await it.open();
	await begin();
	// Most stand on the conversation, and what comes after the widget's on that.
	const alone = (name) => ['login', 'gallery', 'set-up', 'set-up, one thing', 'list states', 'widget in Arabic', 'conversation'].includes(name);
	const wanted = new Set(Object.keys(scenes).filter((name) => name.includes(only)));
	if (![...wanted].every(alone)) wanted.add('conversation');
	if (['inbox', 'talking', 'search'].some((name) => wanted.has(name))) wanted.add('widget').add('talking');
	for (const [name, play] of Object.entries(scenes)) {
		if (!wanted.has(name)) continue;
		console.warn(name);
		try {
			await play();
		} catch (cause) {
			failed.push(name);
			console.error(`${name}: ${cause.stack ?? cause}`);
			await it.photograph(name);
		}
	}
	console.warn(`${taken} pictures, ${(weight / 1048576).toFixed(1)} MB in ${folder}`);
} finally {
	await it.close();
}
if (failed.length > 0) {
	console.error(`no pictures of: ${failed.join(', ')}`);
	process.exitCode = 1;
}
