// A running demo and a browser for one file of stories, and the words in which stories are told: by role
// and label, as people find things. Nothing here waits for a while: it waits for something to be seen.
//
// All of them: npm run e2e (run.mjs). One story alone: node --test --test-name-pattern='queue' e2e/admin.e2e.mjs.
// The environment may name another SWITCHBOARD_BINARY or CHROMIUM, and less patience while writing a story
// (E2E_PATIENCE, in milliseconds).
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const binary = process.env.SWITCHBOARD_BINARY ?? fileURLToPath(new URL('../../bin/switchboard', import.meta.url));
const browserPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** The same without a desktop around it, which nobody sees: a sixth less to do. It shows no notifications. */
const shellPath = '/usr/bin/chromium-headless-shell';
const browserArgs = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** The longest that anything may take to be seen. A busy machine is no failure. */
export const patience = Number(process.env.E2E_PATIENCE ?? 30_000);

const freePort = () =>
	new Promise((resolve, reject) => {
		const probe = createServer().once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});

/** startDemo runs `switchboard demo` on a folder of its own, with further flags; stop ends it and takes the folder away. */
export async function startDemo(...flags) {
	const data = mkdtempSync(join(tmpdir(), 'switchboard-e2e-'));
	const log = [];
	const child = spawn(binary, ['demo', '--listen', `127.0.0.1:${await freePort()}`, '--data', data, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
	const kill = () => child.kill('SIGKILL');
	process.once('exit', kill);
	child.stderr.on('data', (part) => log.push(String(part)));
	const gone = new Promise((resolve) => child.once('exit', resolve));
	const ready = await new Promise((resolve, reject) => {
		const slow = setTimeout(() => reject(new Error(`no ready line after a minute\n${log.join('')}`)), 60_000);
		child.once('error', reject);
		child.once('exit', (code) => reject(new Error(`switchboard demo ended with ${code}\n${log.join('')}`)));
		createInterface({ input: child.stdout }).once('line', (line) => {
			clearTimeout(slow);
			resolve(JSON.parse(line));
		});
	});
	return {
		ready,
		log,
		/** A further command of the program, on the same data: what it prints. */
		command: (...args) =>
			new Promise((resolve, reject) => {
				execFile(binary, [...args, '--database', `sqlite:${join(data, 'switchboard.db')}`], (failed, out, said) => (failed ? reject(new Error(`${args.join(' ')}: ${said || failed}`)) : resolve(out)));
			}),
		async stop() {
			child.kill('SIGTERM');
			const slow = setTimeout(kill, 10_000);
			await gone;
			clearTimeout(slow);
			process.removeListener('exit', kill);
			rmSync(data, { recursive: true, force: true });
		}
	};
}

/** launch starts a browser: a whole one, or one without a desktop where that is installed. */
export function launch(whole = false) {
	const executablePath = [process.env.CHROMIUM, !whole && shellPath, ...browserPaths].find((path) => path && existsSync(path));
	if (!executablePath) throw new Error('no chromium: install it, or name it in CHROMIUM');
	return chromium.launch({ executablePath, args: browserArgs });
}

/** seen waits until it can be seen; gone until it can't. */
export const seen = (locator) => locator.first().waitFor({ state: 'visible', timeout: patience });
export const gone = (locator) => locator.first().waitFor({ state: 'hidden', timeout: patience });

/** until asks again until the answer is there: soon at first, as most answers come at once, and then less often. */
export async function until(what, ask, ms = patience) {
	let last;
	let pause = 10;
	for (const end = Date.now() + ms; Date.now() < end; ) {
		try {
			const answer = await ask();
			if (answer) return answer;
			last = undefined;
		} catch (cause) {
			last = cause;
		}
		await new Promise((resolve) => setTimeout(resolve, pause));
		pause = Math.min(100, pause * 2);
	}
	throw new Error(`never: ${what}`, { cause: last });
}

/** count waits until exactly n can be found. */
export const count = (locator, n, what = `${n} of ${locator}`) => until(what, async () => (await locator.count()) === n);

/** A text that is found again. */
export const unique = (text) => `${text} ${Math.random().toString(36).slice(2, 8)}`;

/** Stage is one demo and one browser, and who plays on it. */
export class Stage {
	contexts = [];
	/** Whether the stories need a whole browser, such as one that shows notifications. */
	whole = false;
	/** What the pages complained of: uncaught errors, and what the console calls one. */
	complaints = [];

	async open() {
		this.demo = await startDemo();
		this.ready = this.demo.ready;
		this.browser = await launch(this.whole);
	}

	async close() {
		await this.browser?.close();
		await this.demo?.stop();
	}

	channel(type) {
		return this.ready.channels.find((one) => one.type === type);
	}

	/** Somebody of a role: the n-th agent, the administrator. */
	user(role, n = 0) {
		return this.ready.users.filter((one) => one.role === role)[n];
	}

	async context(options = {}) {
		const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', ...options });
		context.setDefaultTimeout(patience);
		context.on('page', (page) => page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.stack ?? error}`)));
		this.contexts.push(context);
		return context;
	}

	async page(options) {
		return (await this.context(options)).newPage();
	}

	/** api asks the staff API with the demo's key, which may everything; `as` with a person's token. */
	async api(method, path, body, token = this.ready.api_key) {
		return request(method, `${this.ready.url}/api/v1${path}`, body, token);
	}

	sandbox(method, path, body) {
		return request(method, `${this.ready.url}/sandbox/api${path}`, body, this.ready.api_key);
	}

	async token(user) {
		return (await this.api('POST', '/login', { email: user.email, password: user.password })).token;
	}

	async presence(user, kind) {
		const { items } = await this.api('GET', '/presence-statuses');
		await this.api('PUT', '/me/presence', { status: items.find((one) => one.kind === kind).id }, await this.token(user));
	}

	/** Ends what earlier stories left waiting, which would fill an agent before anything new. */
	async endWaiting() {
		const { items } = await this.api('GET', '/conversations?scope=all&status=waiting&limit=100');
		for (const { session } of items) await this.api('POST', `/sessions/${session.id}/end`, {});
	}

	/** Everybody goes home: pages are closed, nobody is offered anything. */
	async clear() {
		await Promise.all(this.contexts.splice(0).map((context) => context.close()));
	}

	async photograph(name) {
		const folder = mkdtempSync(join(tmpdir(), 'switchboard-e2e-failed-'));
		const pages = this.contexts.flatMap((context) => context.pages());
		for (const [i, page] of pages.entries()) {
			const path = join(folder, `${name.replace(/\W+/g, '-').slice(0, 40)}-${i + 1}.png`);
			await page.screenshot({ path, timeout: 10_000 }).then(
				() => console.error(`  ${page.url()} looked like ${path}`),
				() => console.error(`  ${page.url()} could not be photographed`)
			);
		}
		const troubles = this.demo?.log.join('').split('\n').filter((line) => /level=(ERROR|WARN)|"level":"(ERROR|WARN)"/i.test(line)).slice(-8) ?? [];
		if (troubles.length > 0) console.error(`  the server said:\n  ${troubles.join('\n  ')}`);
	}
}

async function request(method, address, body, token) {
	const response = await fetch(address, {
		method,
		headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
		body: body === undefined ? undefined : JSON.stringify(body)
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
	return text ? JSON.parse(text) : undefined;
}

/** stage opens the stage of a file and returns it with `story`, a test that photographs what went wrong. */
export function stage({ whole = false } = {}) {
	const it = Object.assign(new Stage(), { whole });
	process.once('SIGTERM', () => process.exit(143));
	before(() => it.open(), { timeout: 120_000 });
	after(() => it.close(), { timeout: 60_000 });
	const story = (name, play, timeout = 180_000) =>
		test(name, { timeout }, async (t) => {
			it.complaints = [];
			try {
				await play(t);
				if (it.complaints.length > 0) throw new Error(`a page failed: ${it.complaints.join('\n')}`);
			} catch (cause) {
				await it.photograph(name);
				throw cause;
			} finally {
				await it.clear();
			}
		});
	return { it, story };
}
