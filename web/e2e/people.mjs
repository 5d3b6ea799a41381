// Who plays: an agent in the console, a customer in the widget, a customer with a phone.
import { gone, seen, until } from './harness.mjs';

/** What says that something is still to come. */
export const loading = '[aria-busy=true], .skeleton';
/** What stands around every page of the set-up: the rail and the list of places. */
export const around = ['nav:not(main nav)'];

/** Somebody of staff in the console. */
export class Agent {
	constructor(it, user, page) {
		Object.assign(this, { it, user, page });
		this.offers = page.getByRole('region', { name: 'Offered work' }).getByRole('article');
		this.log = page.getByRole('log', { name: 'Messages' });
		this.field = page.getByRole('textbox', { name: /^Message to / });
		this.list = page.getByRole('region', { name: 'Conversations' });
	}

	/**
	 * logIn opens the console as somebody who has logged in: the cookie is asked for, the form is for the stories
	 * about it.
	 */
	static async logIn(it, user, options, url = it.ready.url) {
		const page = await it.page(options);
		const answer = await page.request.post(`${url}/api/v1/login`, { data: { email: user.email, password: user.password } });
		if (!answer.ok()) throw new Error(`${user.email} can’t log in: ${answer.status()} ${await answer.text()}`);
		await page.goto(url);
		await seen(page.getByRole('navigation', { name: 'Places' }));
		return new Agent(it, user, page);
	}

	async setStatus(kind) {
		const names = { online: 'takes work', busy: 'keeps work', away: 'away', offline: 'offline' };
		await this.page.getByRole('button', { name: `${this.user.name}:` }).click();
		await this.page.getByRole('menuitemradio', { name: names[kind] }).click();
		await seen(this.page.getByRole('button', { name: kind === 'online' ? /: Available/ : new RegExp(`: ${kind}`, 'i') }));
		return this;
	}

	offer(text) {
		return this.offers.filter({ hasText: text });
	}

	async accept(text) {
		await this.offer(text).getByRole('button', { name: 'Accept' }).click();
		await this.page.waitForURL(/\/inbox\/[0-9a-f-]{36}/);
		await seen(this.log);
	}

	async write(text) {
		await this.field.fill(text);
		await this.field.press('Enter');
	}

	bubble(text) {
		return this.log.locator('.line').filter({ hasText: text });
	}

	/** What became of an own message, as it is told to readers. */
	async became(text, status) {
		await until(`“${text}” is ${status} for the agent`, async () => (await this.group(text).textContent())?.includes(status));
	}

	/** The delivery mark of an own message, next to its line. */
	group(text) {
		return this.log.locator('.line', { hasText: text }).locator('xpath=following-sibling::*[1]');
	}

	/** visit goes where a link of the set-up leads: the page is not loaded again, what stands in it is another. */
	async visit(path) {
		await this.page.evaluate((address) => {
			for (const heading of document.querySelectorAll('h1')) heading.dataset.left = '';
			history.pushState(null, '', address);
			dispatchEvent(new PopStateEvent('popstate'));
		}, path);
		await seen(this.page.locator('h1:not([data-left])'));
		await gone(this.page.locator(loading));
	}

	conversation() {
		return /\/inbox\/([0-9a-f-]{36})/.exec(this.page.url())[1];
	}
}

/** A customer on the shop's page with the widget. */
export class Visitor {
	constructor(it, page) {
		Object.assign(this, { it, page });
		this.frame = page.frameLocator('iframe');
		this.log = this.frame.getByRole('log', { name: 'Conversation' });
		this.field = this.frame.getByRole('textbox', { name: 'Write a message' });
	}

	/** language and storage are what the page sets. */
	static async arrive(it, { page, context, deployment = 'Demo_Web', language = '', storage = '', ...options } = {}) {
		page ??= context ? await context.newPage() : await it.page(options);
		await page.goto(`${it.ready.url}/widget/test.html?${new URLSearchParams({ org: it.ready.org.key, deployment, page: 'tent', language, storage })}`);
		return new Visitor(it, page);
	}

	async open() {
		await this.page.getByRole('button', { name: /^Open messages/ }).click();
		return this;
	}

	/** Answers what is asked before the conversation. */
	async introduce(answers) {
		for (const [label, value] of Object.entries(answers)) await this.frame.getByLabel(label).fill(value);
		await this.frame.getByRole('button', { name: 'Start conversation' }).click();
		await seen(this.field);
	}

	async write(text) {
		await this.field.fill(text);
		await this.field.press('Enter');
	}

	said(text) {
		return this.log.getByRole('article').filter({ hasText: text });
	}
}

/** A customer with a phone, on the sandbox's page. */
export class Phone {
	constructor(it, page) {
		Object.assign(this, { it, page });
		this.log = page.getByRole('log', { name: 'Messages' });
		this.field = page.getByRole('textbox', { name: 'Write a message' });
	}

	/** On the page of the context, which must be logged in. */
	static async pickUp(it, context, type, customer = {}) {
		const channel = it.channel(type);
		const phone = await it.sandbox('POST', `/channels/${channel.id}/phones`, customer);
		const page = await context.newPage();
		await page.goto(`${it.ready.sandbox}/?${new URLSearchParams({ channel: channel.id, phone: phone.id })}`);
		await seen(page.getByRole('log', { name: 'Messages' }));
		return Object.assign(new Phone(it, page), { phone, channel });
	}

	async write(text) {
		await this.field.fill(text);
		await this.field.press('Enter');
	}

	said(text) {
		return this.log.locator('.row').filter({ hasText: text });
	}

	async choose(menu, item) {
		await menu.click();
		await this.page.getByRole('menu').getByText(item).click();
	}

	/** What the phone holds, by the sandbox's word. */
	async messages() {
		return (await this.it.sandbox('GET', `/phones/${this.phone.id}/messages`)).items;
	}
}
