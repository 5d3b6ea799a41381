// Finding what was said, by whom and to whom, over the whole history.
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

const shot = (page, name) => process.env.SHOTS && page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });
const field = (page) => page.getByRole('searchbox', { name: /^Words, a name/ });
const inView = (locator) =>
	locator.evaluate((e) => {
		const box = e.getBoundingClientRect();
		return box.top >= 0 && box.bottom <= innerHeight;
	});

/** A long conversation: the needle is said early, and once more late. */
async function history(words, channel = 'sms') {
	const name = unique('Frieda Müller');
	const phone = await it.sandbox('POST', `/channels/${it.channel(channel).id}/phones`, { name });
	const say = (text) => it.sandbox('POST', `/phones/${phone.id}/messages`, { text });
	await say('Hello, I have a question');
	for (let n = 1; n <= 6; n++) await say(`Before it, line ${n}`);
	await say(`The ${words} on my jacket is broken`);
	for (let n = 1; n <= 120; n++) await say(`After it, line ${n}`);
	await say(`Any news about the ${words}?`);
	await until('the last line came', async () => (await it.api('GET', `/search?q=${encodeURIComponent(words)}`)).items.flatMap((i) => i.hits).length === 2);
	return { phone, name };
}

story('a word that was said long ago is found, and opened where it was said', async () => {
	const supervisor = await Agent.logIn(it, it.user('supervisor'));
	const { page } = supervisor;
	const word = unique('Reissverschluss').replace(' ', '');
	const { phone } = await history(word);

	await page.goto(`${it.ready.url}/inbox?scope=all`);
	await page.getByRole('searchbox', { name: 'Search conversations' }).fill(word.slice(0, 16));
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/search\?q=/);
	await field(page).fill(`${word.slice(0, 18).toUpperCase()}`);
	const hits = page.locator('a.hit');
	await count(hits, 2);
	await seen(hits.first().locator('mark'));
	await shot(page, 'search-1440');
	// By the keyboard: down to the older one, and in.
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.waitForURL(/at=\d+/);
	const said = supervisor.bubble(`The ${word} on my jacket`);
	await seen(said);
	await until('the line is in view', () => inView(said));
	await seen(page.getByText('2 of 2'));
	await until('the words are marked', () => page.evaluate(() => (CSS.highlights.get('found')?.size ?? 0) > 0));
	await shot(page, 'find-1440');
	// Before and after it there is more, and the way back to now.
	await seen(supervisor.bubble('Before it, line 6'));
	await seen(supervisor.bubble('After it, line 1'));
	await count(supervisor.log.getByText('After it, line 120', { exact: true }), 0, 'the newest is not loaded');
	const fresh = unique('And this came meanwhile');
	await it.sandbox('POST', `/phones/${phone.id}/messages`, { text: fresh });
	await page.getByRole('button', { name: /To the newest|new message/ }).click();
	await seen(supervisor.bubble(fresh));
	await seen(supervisor.bubble('After it, line 120'));

	// Next and previous go through the whole history.
	const find = page.getByRole('search', { name: 'Find in this conversation' });
	await find.getByRole('button', { name: 'Newer match' }).click();
	await seen(page.getByText('1 of 2'));
	await find.getByRole('button', { name: 'Older match' }).click();
	await until('the old line is in view again', () => inView(said));
	await page.getByRole('searchbox', { name: 'Words to find here' }).fill('line 119');
	await seen(page.getByText('1 of 1'));
	await until('it goes there', () => inView(supervisor.bubble('After it, line 119')));
	await page.getByRole('searchbox', { name: 'Words to find here' }).fill('absent');
	await seen(page.getByText('Not found'));
	await page.getByRole('searchbox', { name: 'Words to find here' }).press('Escape');
	await gone(find);
});

story('people are found by how their name is written or spoken, and by any part of a number', async () => {
	const supervisor = await Agent.logIn(it, it.user('supervisor'));
	const { page } = supervisor;
	const { phone, name } = await history(unique('zipper'), 'whatsapp');
	await page.goto(`${it.ready.url}/search`);
	await seen(page.getByText('Search the whole history'));
	await shot(page, 'search-empty');
	for (const q of [`mueller ${name.split(' ')[2]}`, phone.number]) {
		await field(page).fill(q);
		await page.waitForURL((url) => url.searchParams.get('q') === q);
		await seen(page.locator('a.person'));
	}
	await page.locator('a.person').first().click();
	await page.waitForURL(/\/inbox\//);
	await page.goBack();
	await until('the words are there again', async () => (await field(page).inputValue()) === phone.number);
	await field(page).fill('');
	await seen(page.getByRole('heading', { name: 'Recent searches' }));
	await field(page).fill('xyzzyplugh');
	await seen(page.getByText('Nothing found'));
	await shot(page, 'search-none');
});

story('filters narrow a search and stay in its address; Escape leads back', async () => {
	const supervisor = await Agent.logIn(it, it.user('supervisor'));
	const { page } = supervisor;
	const word = unique('Kapuze').replace(' ', '');
	await history(word);
	await page.goto(`${it.ready.url}/inbox?scope=all`);
	await seen(supervisor.list);
	await page.keyboard.press('/');
	await field(page).fill(word);
	await count(page.locator('a.hit'), 2);
	await page.getByRole('button', { name: 'From us' }).click();
	await page.waitForURL(/author=agent/);
	await seen(page.getByText('Nothing fits these words and filters.'));
	await page.reload();
	await seen(page.getByText('Nothing fits these words and filters.'));
	await page.getByRole('button', { name: 'Clear filters' }).first().click();
	await count(page.locator('a.hit'), 2);
	await page.setViewportSize({ width: 390, height: 844 });
	await page.emulateMedia({ colorScheme: 'dark' });
	await shot(page, 'search-390-dark');
	await page.locator('a.hit').last().click();
	await page.waitForURL(/at=\d+/);
	await seen(supervisor.bubble(`The ${word} on my jacket`));
	await until('the words are marked', () => page.evaluate(() => (CSS.highlights.get('found')?.size ?? 0) > 0));
	await shot(page, 'find-390-dark');
	await page.goBack();
	await field(page).press('Escape');
	await page.waitForURL(/\/inbox/);
});

story('the palette shows the first hits, and nobody finds what they may not read', async () => {
	const supervisor = await Agent.logIn(it, it.user('supervisor'));
	const word = unique('Kordel').replace(' ', '');
	await history(word);
	const { page } = supervisor;
	await page.goto(`${it.ready.url}/inbox`);
	await seen(supervisor.list);
	await page.keyboard.press('Control+k');
	await seen(page.getByPlaceholder('Search conversations or type a command'));
	await page.keyboard.type(word);
	const option = page.getByRole('option', { name: new RegExp(`Any news about the ${word}`) });
	await seen(option);
	await shot(page, 'palette');
	await option.click();
	await page.waitForURL(/at=\d+/);
	await seen(supervisor.bubble(`Any news about the ${word}`));
});
