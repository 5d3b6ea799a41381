// The kit's own pages: axe finds nothing in light, in dark and mirrored; nothing is wider than a phone; and
// the parts that take the keyboard do what everybody expects of them.
import assert from 'node:assert/strict';
import { colours, layout, told, violations } from './axe.mjs';
import { gone, seen, stage, until } from './harness.mjs';

const { it, story } = stage();
const paths = ['', 'actions', 'fields', 'overlays', 'feedback', 'data', 'time', 'layout'];

async function open(page, path, query = '') {
	await page.goto(`${it.ready.url}/ui/${path}${query}`);
	await seen(page.locator('[data-specimen]'));
	await page.evaluate(() => document.fonts.ready);
	return page;
}

/** Everything that axe finds, whatever its weight. */
const inspect = async (name, page, options) => told(name, await violations(page, options));

const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const focusIs = (page, text) => until(`focus on ${text}`, async () => (await focused(page)).startsWith(text));

// A page is loaded once, and its looks are chosen in it. In the dark only colours differ; mirrored or compact, only
// where things stand and how large they are.
const only = (values) => ({ runOnly: { type: 'rule', values } });
const looks = [
	['light', ['Light', 'LTR', 'Comfortable']],
	['dark', ['Dark'], only(colours)],
	['right-to-left', ['Light', 'RTL'], only(layout)],
	['compact', ['LTR', 'Compact'], only(layout)]
];
story('axe finds nothing: light, dark, right-to-left, compact', async () => {
	const page = await it.page();
	const found = [];
	for (const path of paths) {
		await open(page, path);
		for (const [name, choices, options] of looks) {
			for (const choice of choices) await page.getByRole('banner').getByRole('radio', { name: choice, exact: true }).check();
			const { theme, density } = await page.locator('html').evaluate((root) => root.dataset);
			assert.deepEqual([theme, density, await page.locator('html').getAttribute('dir')], [name === 'dark' ? 'dark' : 'light', name === 'compact' ? 'compact' : 'comfortable', name === 'right-to-left' ? 'rtl' : 'ltr'], `/ui/${path}, ${name}`);
			found.push(...await inspect(`/ui/${path}, ${name}`, page, options));
		}
	}
	assert.deepEqual(found, []);
}, 600_000);

story('nothing is wider than a phone, in either direction', async () => {
	const page = await it.page({ viewport: { width: 390, height: 844 } });
	for (const query of ['', '?dir=rtl']) {
		for (const path of paths) {
			await open(page, path, query);
			const wide = await page.evaluate(() => {
				const width = document.documentElement.clientWidth;
				const clipped = (element) => element.closest('.scroll, .truncate, .visually-hidden, [popover]') !== null;
				const out = [...document.querySelectorAll('main *')].filter((element) => {
					const box = element.getBoundingClientRect();
					return box.width > 0 && (box.right > width + 1 || box.left < -1) && !clipped(element);
				});
				return { scrolls: document.documentElement.scrollWidth > width, out: out.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)) };
			});
			assert.deepEqual(wide, { scrolls: false, out: [] }, `/ui/${path}${query}`);
		}
	}
});

story('a menu by keyboard', async () => {
	const page = await open(await it.page(), 'overlays');
	const button = page.getByRole('button', { name: 'Actions' });
	await button.focus();
	await page.keyboard.press('ArrowDown');
	await focusIs(page, 'Reply');
	assert.equal(await button.getAttribute('aria-expanded'), 'true');
	await page.keyboard.press('ArrowDown');
	await focusIs(page, 'Transfer');
	// What can't be done is passed by.
	await page.keyboard.press('ArrowDown');
	await focusIs(page, 'Block');
	await page.keyboard.press('ArrowDown');
	await focusIs(page, 'Reply');
	await page.keyboard.press('b');
	await focusIs(page, 'Block');
	await page.keyboard.press('Escape');
	await gone(page.getByRole('menu'));
	await focusIs(page, 'Actions');
	await page.keyboard.press('ArrowUp');
	await focusIs(page, 'Block');
	await page.keyboard.press('Home');
	await page.keyboard.press('Enter');
	await seen(page.getByRole('status').getByText('Reply', { exact: true }));
	await focusIs(page, 'Actions');
});

story('a dialog keeps the keyboard and gives it back', async () => {
	const page = await open(await it.page(), 'overlays');
	await page.getByRole('button', { name: 'Delete queue' }).press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Delete “Sales”?' });
	await seen(dialog);
	// The safe answer has the focus, and Tab goes around inside.
	await focusIs(page, 'Cancel');
	for (let i = 0; i < 6; i++) {
		await page.keyboard.press('Tab');
		const inside = await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null);
		assert.ok(inside, `Tab ${i + 1} leaves the dialog`);
	}
	assert.deepEqual(await inspect('dialog', page), []);
	await page.keyboard.press('Escape');
	await gone(dialog);
	await focusIs(page, 'Delete queue');

	await page.getByRole('button', { name: 'Rename' }).press('Enter');
	await until('the field has the focus', () => page.getByLabel('New name').evaluate((e) => e === document.activeElement));
	await page.keyboard.press('Escape');
	await focusIs(page, 'Rename');

	await page.getByRole('button', { name: 'Filters' }).press('Enter');
	await until('the first choice has the focus', () => page.getByRole('checkbox', { name: 'Unread' }).evaluate((e) => e === document.activeElement));
	await page.keyboard.press('Escape');
	await focusIs(page, 'Filters');
});

story('a combobox by keyboard', async () => {
	const page = await open(await it.page(), 'fields');
	const zone = page.getByRole('combobox', { name: 'Time zone' });
	await zone.focus();
	assert.equal(await zone.getAttribute('aria-expanded'), 'false');
	await page.keyboard.type('tok');
	await seen(page.getByRole('option', { name: 'Asia/Tokyo' }));
	const lit = await zone.getAttribute('aria-activedescendant');
	assert.equal((await page.locator(`[id="${lit}"]`).textContent()).trim(), 'Asia/Tokyo');
	await page.keyboard.press('Enter');
	assert.equal(await zone.inputValue(), 'Asia/Tokyo');
	assert.equal(await zone.getAttribute('aria-expanded'), 'false');
	// Escape leaves it as it was.
	await zone.selectText();
	await page.keyboard.type('berl');
	await page.keyboard.press('Escape');
	assert.equal(await zone.inputValue(), 'Asia/Tokyo');
	// Nothing found is said.
	await zone.selectText();
	await page.keyboard.type('qqq');
	await seen(page.getByRole('listbox', { name: 'Time zone' }).getByText('Nothing found'));
	await page.keyboard.press('Escape');

	const person = page.getByRole('combobox', { name: 'Transfer to' });
	await person.focus();
	await page.keyboard.press('ArrowDown');
	for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
	assert.deepEqual(await inspect('open list', page), []);
	// The third is followed by one that can't be chosen.
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	assert.equal(await person.inputValue(), 'Sales');
	await page.getByRole('button', { name: 'Clear Transfer to' }).click();
	assert.equal(await person.inputValue(), '');

	const contact = page.getByRole('combobox', { name: 'Contact' });
	await contact.focus();
	await page.keyboard.type('gra');
	await seen(page.getByRole('option', { name: /Grace Novak/ }));
	await page.keyboard.press('Enter');
	assert.equal(await contact.inputValue(), 'Grace Novak');
});

story('tabs by keyboard, in both directions of writing', async () => {
	for (const [query, next] of [['', 'ArrowRight'], ['?dir=rtl', 'ArrowLeft']]) {
		const page = await open(await it.page(), 'layout', query);
		await page.getByRole('tab', { name: /^Mine/ }).focus();
		await page.keyboard.press(next);
		await seen(page.getByText('Conversations: team'));
		await focusIs(page, 'Team');
		await page.keyboard.press('End');
		await seen(page.getByText('Conversations: all'));
		await page.keyboard.press('Home');
		await seen(page.getByText('Conversations: mine'));
		// Only the chosen one is a stop of Tab.
		assert.equal(await page.getByRole('tablist', { name: 'Scope' }).locator('[tabindex="0"]').count(), 1);
		const line = page.getByRole('separator', { name: 'Width of the list' });
		const before = Number(await line.getAttribute('aria-valuenow'));
		await line.press(next);
		assert.equal(Number(await line.getAttribute('aria-valuenow')), before + 16);
	}
});

story('the palette by keyboard', async () => {
	const page = await open(await it.page(), 'overlays');
	await page.getByRole('button', { name: 'Search and commands' }).press('Enter');
	const input = page.getByRole('combobox', { name: 'Search and commands' });
	await until('it has the focus', () => input.evaluate((e) => e === document.activeElement));
	assert.deepEqual(await inspect('palette', page), []);
	await page.keyboard.type('inb');
	await until('one is left', async () => (await page.getByRole('option').count()) === 1);
	await page.keyboard.press('Enter');
	await gone(input);
	await seen(page.getByRole('status').getByText('Inbox', { exact: true }));
	await focusIs(page, 'Search and commands');
});

story('a long list keeps the reader’s place, and is gone through by keyboard', async () => {
	const page = await open(await it.page(), 'data');
	const list = page.getByRole('list', { name: 'What was said' });
	const viewport = list.locator('..');
	await list.getByRole('button').first().focus();
	await page.keyboard.press('End');
	await focusIs(page, '10000.');
	await page.keyboard.press('Home');
	await focusIs(page, '1.');
	await page.keyboard.press('ArrowDown');
	await focusIs(page, '2.');
	// In the middle of it, three more come at the top.
	await viewport.evaluate((e) => (e.scrollTop = 3000));
	const place = () =>
		viewport.evaluate((e) => {
			const top = e.getBoundingClientRect().top;
			const row = [...e.querySelectorAll('li')].map((li) => ({ text: li.textContent.trim().split('.')[0], at: Math.round(li.getBoundingClientRect().top - top) })).filter((r) => r.at >= 0).sort((a, b) => a.at - b.at)[0];
			return `${row?.text} at ${row?.at}`;
		});
	let before = '';
	await until('it stands still', async () => {
		const now = await place();
		const still = now === before;
		before = now;
		return still;
	});
	await page.getByRole('button', { name: 'Three more at the top' }).click();
	await until('they are there', async () => (await list.getByRole('listitem').first().getAttribute('aria-setsize')) === '10003');
	await until(`still ${before}`, async () => (await place()) === before);
});

story('the look stands in the address, and a phone is a frame', async () => {
	const page = await open(await it.page(), 'actions');
	const switches = page.getByRole('banner');
	await switches.getByRole('radio', { name: 'Dark' }).check();
	await switches.getByRole('radio', { name: '390 px' }).check();
	await until('the address says so', () => page.url().endsWith('/ui/actions?theme=dark&width=phone'));
	const frame = page.frameLocator('iframe');
	await seen(frame.getByRole('heading', { name: 'Button', exact: true }));
	assert.equal(await frame.locator('html').getAttribute('data-theme'), 'dark');
	assert.equal(await frame.locator('html').evaluate((e) => e.clientWidth), 390);
	await page.reload();
	await seen(page.frameLocator('iframe').getByRole('heading', { name: 'Actions' }));
});
