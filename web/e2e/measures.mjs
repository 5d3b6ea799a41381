// What is measured on the screen, in one order: `make screen-bench` prints it, and speed.e2e.mjs judges a short
// form of it.
import { seen, until } from './harness.mjs';
import { Agent } from './people.mjs';
import { Crowd, hottest, idleFrames, loadAll, median, percentile, Screen } from './screen.mjs';

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * measure plays on a stage and returns figures: { what, figure, unit, target, note }. `say` is told what is being done;
 * `profile` names what to write a CPU profile of, for `onprofile`.
 */
export async function measure(it, { conversations, rate, log, times, replay, say = () => {}, onprofile }) {
	const figures = [];
	const add = (what, figure, unit, target, note = '') => figures.push({ what, figure, unit, target, note });
	const timed = (what, { took, worked }, target) => {
		add(`${what}: until it is painted`, percentile(took, 0.95), 'ms', target, `median ${Math.round(median(took))}, longest ${Math.round(Math.max(...took))}, of ${took.length}`);
		add(`${what}: the page’s work`, median(worked), 'ms', target, `longest ${Math.round(Math.max(...worked))}`);
	};
	const profiled = async (screen, name, during) => {
		if (!onprofile) return during();
		let result;
		const before = await screen.spent();
		const profile = await screen.profile(async () => (result = await during()));
		const after = await screen.spent();
		onprofile(name, profile, Object.fromEntries(Object.entries(after).map(([what, s]) => [what, Math.round((s - before[what]) * 1000)])));
		return result;
	};

	say('the machine by itself');
	const idle = await idleFrames(it);
	add('idle: from frame to frame', median(idle), 'ms', undefined, `longest ${Math.round(Math.max(...idle))}`);

	say(`${conversations} customers write`);
	const crowd = new Crowd(it, conversations);
	const begun = performance.now();
	await crowd.arrive();
	await crowd.say(0, log);
	add('seeding', (performance.now() - begun) / 1000, 's', undefined, `${conversations} conversations, one of ${log} messages`);

	const agent = await Agent.logIn(it, it.user('supervisor'));
	const { page } = agent;
	await page.goto(`${it.ready.url}/inbox?scope=all&sort=activity`);
	await seen(agent.list.getByRole('link'));
	const screen = await Screen.on(page);
	say('the list is loaded to its end');
	await loadAll(agent, conversations);
	const viewport = agent.list.locator('.viewport');
	await viewport.evaluate((view) => (view.scrollTop = 0));
	const box = await viewport.boundingBox();
	const shown = async () => /\/inbox\/([0-9a-f-]{36})/.exec(page.url())?.[1];

	say(`${rate} messages a second`);
	let looked = [];
	crowd.talk(rate, () => looked);
	try {
		const otherwise = await screen.work(() => wait(4000));
		add(`the page’s work with ${rate} messages a second`, otherwise, 'ms/s', 250);
		timed('a conversation is opened from the list', await profiled(screen, 'open', () => screen.inputs(times, (i) => page.mouse.click(box.x + 120, box.y + 100 + (i % 5) * 72), 300, otherwise)), 50);
		await seen(agent.log);

		await page.locator('body').press('Escape');
		await agent.log.focus();
		timed('J and K through the list', await profiled(screen, 'move', () => screen.inputs(times, (i) => page.keyboard.press(i % 4 === 3 ? 'k' : 'j'), 250, otherwise)), 50);

		const open = await until('a conversation is shown', shown);
		looked = [await customerOf(it, open)];
		await page.keyboard.press('n');
		const note = page.getByRole('textbox', { name: 'Note for colleagues' });
		await seen(note);
		timed('a letter in the composer', await profiled(screen, 'type', () => screen.inputs(times * 2, (i) => page.keyboard.press('the quick brown fox '[i % 20]), 100, otherwise)), 50);
		await note.fill('');

		const idleList = await screen.frames(() => wait(1500));
		scrolled(add, `nobody does anything, ${rate} messages a second`, idleList);
		scrolled(add, 'the list is scrolled', await profiled(screen, 'list', () => screen.frames(() => screen.wheel(box, 12_000))));
		await screen.wheel(box, -12_000, 8000);

		say('a long log');
		const long = await longest(it, crowd);
		looked = [0];
		await page.goto(`${it.ready.url}/inbox/${long}?scope=all&sort=activity`);
		await seen(agent.log.getByText(`${log}:`));
		const second = await Screen.on(page);
		await until('the log is loaded', async () => {
			await agent.log.evaluate((view) => (view.scrollTop = 0));
			return (await agent.log.getByText('This is where').count()) > 0 || (await agent.log.getByText(/^1: the parcel/).count()) > 0;
		}, 120_000);
		const view = await agent.log.boundingBox();
		scrolled(add, `a log of ${log} messages is scrolled`, await profiled(second, 'log', () => second.frames(() => second.wheel(view, 8000))));
		await agent.log.evaluate((view) => (view.scrollTop = view.scrollHeight));
		await agent.log.focus();
		await page.keyboard.press('n');
		await seen(note);
		const under = await second.work(() => wait(4000));
		timed('a letter in the composer, under the long log', await profiled(second, 'type-long', () => second.inputs(times * 2, (i) => page.keyboard.press('the quick brown fox '[i % 20]), 100, under)), 50);
		await note.fill('');
	} finally {
		await crowd.quiet();
	}

	if (replay) figures.push(...(await day(it, agent, crowd, { ...replay, say, conversations })));
	add('messages written meanwhile', crowd.written, '', undefined, crowd.failed ? `${crowd.failed} were refused` : '');
	return figures;
}

/** day replays a day's messages, while somebody goes from conversation to conversation: what is held then? */
async function day(it, agent, crowd, { seconds, messages, warm = 0.15, say, conversations }) {
	const { page } = agent;
	say(`a day of ${messages} messages in ${seconds} seconds`);
	await page.goto(`${it.ready.url}/inbox?scope=all&sort=activity`);
	await seen(agent.list.getByRole('link'));
	await loadAll(agent, Math.min(conversations, 500));
	await agent.list.locator('.viewport').evaluate((view) => (view.scrollTop = 0));
	const screen = await Screen.on(page);
	const note = page.getByRole('textbox', { name: 'Note for colleagues' });
	let opened = 0;
	const work = async (end) => {
		while (performance.now() < end) {
			await page.keyboard.press('j');
			await seen(agent.log);
			if (++opened % 5 === 0) {
				await page.keyboard.press('n');
				await seen(note);
				await note.fill('begun and not finished');
				await note.fill('');
				await page.keyboard.press('Escape');
				await agent.log.focus();
			}
			// Back to the top of the list, before its end.
			if (opened % 40 === 0) await page.goto(page.url().replace(/\/inbox\/[0-9a-f-]+/, '/inbox')).catch(() => undefined);
			await wait(700);
		}
	};
	const start = performance.now();
	const before = crowd.written;
	crowd.talk(messages / seconds);
	await work(start + seconds * 1000 * warm);
	const first = await screen.held();
	await work(start + seconds * 1000);
	await crowd.quiet();
	await wait(1000);
	const last = await screen.held();
	const grown = (what) => (last[what] / first[what] - 1) * 100;
	const MB = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;
	return [
		{ what: 'heap after a day, against the morning', figure: grown('heap'), unit: '%', target: 10, note: `${MB(first.heap)}, then ${MB(last.heap)}, with ${crowd.written - before} messages and ${opened} openings` },
		{ what: 'nodes after a day', figure: grown('nodes'), unit: '%', target: 10, note: `${first.nodes}, then ${last.nodes}` },
		{ what: 'listeners after a day', figure: grown('listeners'), unit: '%', target: 10, note: `${first.listeners}, then ${last.listeners}` },
		{ what: 'detached nodes after a day', figure: last.detached, unit: '', target: first.detached + 50, note: `${first.detached} in the morning` }
	];
}

function scrolled(add, what, frames) {
	const middle = median(frames);
	add(`${what}: from frame to frame`, middle, 'ms', 20, `of ${frames.length}`);
	add(`${what}: the longest frame`, Math.max(...frames), 'ms', 50, `${frames.filter((one) => one > 50).length} above 50, 95th percentile ${Math.round(percentile(frames, 0.95))}`);
}

/** The number in the crowd of a conversation's customer. */
async function customerOf(it, id) {
	const { customer } = await it.api('GET', `/conversations/${id}`);
	return Number(/\d+/.exec(customer.name)?.[0] ?? 0);
}

/** The conversation of the customer who wrote most: number 0. */
async function longest(it, crowd) {
	const { items } = await it.api('GET', `/conversations?scope=all&limit=20&q=${encodeURIComponent(crowd.name(0))}`);
	return items.find((one) => one.customer.name === crowd.name(0)).id;
}

export { hottest };
