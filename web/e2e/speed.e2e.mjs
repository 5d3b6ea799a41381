// The console stays quick while much happens: a short form of `make screen-bench`. What is judged is the work of the
// page's own thread, which a busy machine doesn't stretch, with room; the times are judged by people, with the bench.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { seen, stage, until } from './harness.mjs';
import { Agent } from './people.mjs';
import { Crowd, loadAll, median, Screen } from './screen.mjs';

const { it, story } = stage();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

story('two thousand conversations and twenty messages a second leave the page at ease', async () => {
	const crowd = new Crowd(it, 2000);
	await crowd.arrive();
	const agent = await Agent.logIn(it, it.user('supervisor'));
	const { page } = agent;
	await page.goto(`${it.ready.url}/inbox?scope=all&sort=activity`);
	await seen(agent.list.getByRole('link'));
	await loadAll(agent, 1000);
	await agent.list.locator('.viewport').evaluate((view) => (view.scrollTop = 3000));
	const screen = await Screen.on(page);
	crowd.talk(20);
	try {
		const busy = await screen.work(() => wait(3000));
		await page.keyboard.press('j');
		await seen(agent.log);
		const moved = await screen.inputs(8, () => page.keyboard.press('j'), 300, busy);
		await page.keyboard.press('n');
		const note = page.getByRole('textbox', { name: 'Note for colleagues' });
		await seen(note);
		const typed = await screen.inputs(12, () => page.keyboard.press('a'), 60, busy);
		await note.fill('');
		const figures = `${Math.round(busy)} ms a second with the messages, ${Math.round(median(moved.worked))} ms to move, ${Math.round(median(typed.worked))} ms to type a letter`;
		console.warn(`  ${figures}`);
		assert.ok(crowd.written > 2000 && crowd.failed === 0, 'the crowd is heard');
		assert.ok(busy < 600, figures);
		assert.ok(median(moved.worked) < 200, figures);
		assert.ok(median(typed.worked) < 50, figures);
	} finally {
		await crowd.quiet();
	}
});

story('what was looked at is let go', async () => {
	const crowd = new Crowd(it, 60);
	await crowd.arrive();
	const agent = await Agent.logIn(it, it.user('supervisor'));
	const { page } = agent;
	await page.goto(`${it.ready.url}/inbox?scope=all`);
	await seen(agent.list.getByRole('link'));
	const screen = await Screen.on(page);
	const walk = async (n) => {
		for (let i = 0; i < n; i++) {
			const before = page.url();
			await page.keyboard.press(i % 20 < 11 ? 'j' : 'k');
			await until('the next conversation is shown', () => page.url() !== before && page.getByRole('log', { name: 'Messages' }).isVisible());
		}
	};
	await walk(20);
	const first = await screen.held();
	await walk(40);
	const last = await screen.held();
	const figures = JSON.stringify({ first, last });
	assert.ok(last.heap < first.heap * 1.15, `the heap grows: ${figures}`);
	assert.ok(last.nodes < first.nodes * 1.25 + 200, `nodes stay: ${figures}`);
	assert.ok(last.listeners < first.listeners * 1.25 + 100, `listeners stay: ${figures}`);
	assert.ok(last.detached < first.detached + 200, `nodes stay that are nowhere: ${figures}`);
});

test('each route loads no more script than it may', () => {
	execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/sizes.mjs', import.meta.url))], { stdio: 'pipe' });
});
