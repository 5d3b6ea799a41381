// The widget for everybody: at a zoom of 400 %, with a screen reader, with colours or movement taken away.
import assert from 'node:assert/strict';
import { seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();
const inside = (page) => page.frames().find((one) => one.url().includes('frame.html'));

/** What a person needs lies within the window, and nothing has to be scrolled sideways. */
async function fits(page, ...controls) {
	assert.deepEqual(await inside(page).evaluate(() => [document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollHeight <= innerHeight]), [true, true], 'the window scrolls');
	const { width, height } = page.viewportSize();
	for (const control of controls) {
		await control.scrollIntoViewIfNeeded();
		const box = await control.boundingBox();
		assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1, `${control} lies outside: ${JSON.stringify(box)}`);
		assert.ok(box.width >= 24 && box.height >= 24, `${control} is small: ${JSON.stringify(box)}`);
	}
}

story('at a zoom of 400 % all of it can be used', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	// 1280 × 1024 at 400 %.
	const customer = await (await Visitor.arrive(it, { viewport: { width: 320, height: 256 } })).open();
	const { page, frame } = customer;
	const name = frame.getByLabel('First name');
	await seen(name);
	await fits(page, name, frame.getByRole('button', { name: 'Start conversation' }), frame.getByRole('button', { name: 'Minimise' }));
	await customer.introduce({ 'First name': 'Ines' });
	const question = unique('Is it waterproof?');
	await customer.write(question);
	await agent.accept(question);
	const answer = unique('It is, in every season and at every height.');
	await agent.write(answer);
	await seen(customer.said(answer));
	await fits(page, customer.field, frame.getByRole('button', { name: 'Attach a file' }), frame.getByRole('button', { name: 'More' }));
	const log = await customer.log.boundingBox();
	assert.ok(log.height >= 90, `${log.height} px are left for what is said`);
	await frame.getByRole('button', { name: 'More' }).click();
	await fits(page, frame.getByRole('menuitem', { name: 'Download transcript' }), frame.getByRole('menuitem', { name: 'End conversation' }));
	await frame.getByRole('menuitem', { name: 'End conversation' }).click();
	await fits(page, frame.getByRole('button', { name: 'End it' }), frame.getByRole('button', { name: 'Cancel' }));
	await frame.getByRole('button', { name: 'End it' }).click();
	await fits(page, frame.getByRole('button', { name: 'Start a new conversation' }));
	await frame.getByRole('button', { name: 'Close' }).click();
	await seen(page.getByRole('button', { name: /^Open messages/ }));
});

story('a screen reader meets it in order, and hears what comes once', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const customer = await (await Visitor.arrive(it)).open();
	await customer.introduce({ 'First name': 'Ines' });
	const question = unique('Can you hear me');
	await customer.write(question);
	await agent.accept(question);
	const frame = inside(customer.page);
	await frame.evaluate(() => {
		window.spoken = [];
		new MutationObserver((changes) => {
			for (const { target } of changes) {
				const region = (target.nodeType === 3 ? target.parentElement : target)?.closest('[aria-live="polite"], [role=status], [role=alert]');
				if (region?.textContent.trim()) window.spoken.push(region.textContent.trim());
			}
		}).observe(document.body, { subtree: true, childList: true, characterData: true });
	});
	const answer = unique('Loud and clear.');
	await agent.write(answer);
	await seen(customer.said(answer));
	const heard = () => frame.evaluate((answer) => window.spoken.filter((one) => one.includes(answer)), answer);
	await until('it is read out', async () => (await heard()).length > 0);
	assert.deepEqual([...new Set(await heard())], [`${agent.user.name}: ${answer}`]);
	const tree = await customer.frame.getByRole('main').ariaSnapshot();
	const order = [/heading "[^"]+" \[level=1\]/, /button "More"/, /button "Minimise"/, /log "Conversation"/, new RegExp(`article "You, [^]*${question}`), new RegExp(`article "${agent.user.name}, [^]*${answer}`), /button "Attach a file"/, /textbox "Write a message"/, /button "Send"/].map((one) => tree.search(one));
	assert.ok(order.every((at, i) => at >= 0 && (i === 0 || at > order[i - 1])), `${order}\n${tree}`);
});

story('without its colours and movements it is still there', async () => {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const customer = await (await Visitor.arrive(it, { forcedColors: 'active', reducedMotion: 'reduce' })).open();
	await customer.introduce({ 'First name': 'Ines' });
	const question = unique('Can you see me?');
	await customer.write(question);
	await agent.accept(question);
	await agent.field.pressSequentially('I can');
	await seen(customer.log.getByText(/is typing/));
	const frame = inside(customer.page);
	const edges = await frame.evaluate(() => ['.bubble', '.send', '.field', '.face', '.dots'].filter((one) => getComputedStyle(document.querySelector(one)).borderTopWidth === '0px'));
	assert.deepEqual(edges, [], 'nothing shows where these are');
	assert.equal(await frame.evaluate(() => document.querySelectorAll('.dots i').length > 0 && document.getAnimations().filter((one) => one.playState === 'running' && one.effect.getTiming().iterations === Infinity).length), 0, 'it moves');
	const launcher = await customer.page.evaluate(() => {
		const style = getComputedStyle([...document.body.children].find((one) => one.shadowRoot).shadowRoot.querySelector('button[aria-expanded]'));
		return [style.borderTopWidth, style.transitionDuration];
	});
	assert.deepEqual(launcher, ['2px', '0s']);
});
