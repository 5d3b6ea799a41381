// What can stand in a conversation, sent from the phone and looked at by an agent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { violations } from './axe.mjs';
import { brokenFilm, brokenPaper, pages, paper, picture, tone } from './files.mjs';
import { count, seen, stage, unique, until } from './harness.mjs';
import { Agent } from './people.mjs';

const { it, story } = stage();

/** Says something as a customer by the sandbox's own API: content, and a file if there is one. */
async function say(phone, message, file) {
	const form = new FormData();
	form.set('message', JSON.stringify(message));
	if (file) form.set('file', new Blob([file.buffer], { type: file.mimeType }), file.name);
	const answer = await fetch(`${it.ready.url}/sandbox/api/phones/${phone.id}/messages`, { method: 'POST', body: form, headers: { Authorization: `Bearer ${it.ready.api_key}` } });
	assert.ok(answer.ok, `${answer.status} ${await answer.clone().text()}`);
	return answer.json();
}

async function clean(page) {
	const found = await violations(page, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
	assert.deepEqual(found.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), []);
}

async function meet(name) {
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const channel = it.channel('whatsapp');
	const phone = await it.sandbox('POST', `/channels/${channel.id}/phones`, { name });
	const hello = unique('Hello');
	await say(phone, { text: hello });
	await agent.accept(hello);
	return { agent, phone, hello };
}

story('pictures keep their place, open large, zoom, and are leafed through by keys', async () => {
	const { agent, phone } = await meet('Pia');
	await say(phone, { text: 'The first' }, picture('one.png'));
	await say(phone, { text: 'The second' }, picture('two.png'));
	const pictures = agent.log.getByRole('img', { name: 'Photo.png' });
	await count(pictures, 2);
	const box = await pictures.first().boundingBox();
	assert.deepEqual([Math.round(box.width), Math.round(box.height)], [300, 200]);

	await agent.log.getByRole('button', { name: 'View Photo.png' }).first().click();
	const large = agent.page.getByRole('dialog', { name: 'Pictures of this conversation' });
	await seen(large.getByText('1 / 2'));
	await agent.page.keyboard.press('ArrowRight');
	await seen(large.getByText('2 / 2'));
	const image = large.getByRole('img', { name: 'Photo.png' });
	await agent.page.keyboard.press('+');
	await until('it is larger', async () => /scale\(1\.4\)/.test((await image.getAttribute('style')) ?? ''));
	await agent.page.keyboard.press('0');
	await until('it fits', async () => /scale\(1\)/.test((await image.getAttribute('style')) ?? ''));
	await clean(agent.page);
	// It comes in a page of its own, which is gone before anybody could listen to it.
	const [download] = await Promise.all([agent.page.context().waitForEvent('download'), large.getByRole('link', { name: 'Download the original' }).click()]);
	assert.match(download.suggestedFilename(), /\.png$/);
	await agent.page.keyboard.press('Escape');
	await count(large, 0);
});

story('a PDF is paged through here: nothing of it runs, nothing is fetched from elsewhere, and a torn one says so', async () => {
	const { agent, phone } = await meet('Pia');
	const asked = [];
	agent.page.on('request', (request) => asked.push(request.url()));
	await say(phone, {}, pages('offer.pdf'));
	await say(phone, {}, brokenPaper('torn.pdf'));
	const read = agent.log.getByRole('button', { name: 'Read offer.pdf here' });
	await read.click();
	const sheet = agent.page.getByRole('dialog', { name: 'offer.pdf' });
	await seen(sheet.getByText('Page 1 of 2'));
	const words = (text) => until(`the page says “${text}”`, async () => (await sheet.getByRole('region').textContent()).includes(text));
	await words('An offer for you');
	const dark = () => sheet.locator('canvas').evaluate((canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((v, i) => i % 4 === 0 && v < 100).length);
	assert.ok((await dark()) > 50, 'letters are drawn');
	await clean(agent.page);
	await sheet.getByRole('button', { name: 'Next page' }).click();
	await words('Kind regards');
	await sheet.getByRole('region').press('PageUp');
	await words('An offer for you');
	await agent.page.keyboard.press('Escape');
	await count(sheet, 0);
	await until('the focus is back', () => read.evaluate((one) => one === document.activeElement));
	await agent.log.getByRole('button', { name: 'Read torn.pdf here' }).click();
	const torn = agent.page.getByRole('dialog', { name: 'torn.pdf' });
	await seen(torn.getByText('It can’t be read'));
	await seen(torn.getByRole('link', { name: 'Download' }));
	const home = new URL(it.ready.url).origin;
	assert.deepEqual(asked.filter((url) => !url.startsWith(home) && !url.startsWith('blob:') && !url.startsWith('data:')), []);
});

story('a voice is played, a video that can’t be is a download, texts and tables are read', async () => {
	const { agent, phone } = await meet('Vito');
	await say(phone, {}, tone('hum.wav', 2));
	await say(phone, {}, brokenFilm('clip.mp4'));
	await say(phone, {}, paper('label.pdf'));
	await say(phone, {}, { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from('name,count\n"Tent, green",2\n<img src=x onerror=alert(1)>,3\n') });

	const player = agent.log.getByRole('group').filter({ has: agent.page.getByRole('button', { name: /^Play / }) });
	await seen(player);
	const position = player.getByRole('slider', { name: 'Position' });
	await until('its length is known', async () => (await position.getAttribute('aria-valuetext')) === '0:00 of 0:02');
	await until('its shape is drawn', async () => (await player.locator('.shape i').count()) > 10);
	await player.getByRole('button', { name: 'Speed: 1 times' }).click();
	await seen(player.getByRole('button', { name: 'Speed: 1.5 times' }));
	await player.getByRole('button', { name: /^Play / }).click();
	await until('it plays', () => agent.page.evaluate(() => document.querySelector('.sound audio').currentTime > 0));
	assert.equal(await agent.page.evaluate(() => document.querySelector('.sound audio').playbackRate), 1.5);

	await seen(agent.log.getByText(/Video.*no preview here/));
	await seen(agent.log.getByRole('link', { name: 'Open label.pdf in a new tab' }));
	await agent.log.getByRole('button', { name: 'Read list.csv here' }).click();
	const reader = agent.page.getByRole('dialog', { name: 'list.csv' });
	await seen(reader.getByRole('cell', { name: 'Tent, green' }));
	await seen(reader.getByRole('cell', { name: '<img src=x onerror=alert(1)>' }));
	assert.equal(await reader.locator('img').count(), 0);
	await clean(agent.page);
	await agent.page.keyboard.press('Escape');
});

story('a place, a card, reactions, an answer that jumps, long words, and what was taken back', async () => {
	const { agent, phone, hello } = await meet('Rosa');
	await say(phone, { location: { latitude: 48.2082, longitude: 16.3738, name: 'Stephansplatz', address: '1010 Wien' } });
	await say(phone, { contacts: [{ name: 'Dana Roe', org: 'Roe & Sons', phones: ['+43 660 1234567'], emails: ['dana@roe.example'] }] });
	const place = agent.log.locator('.place');
	await seen(place.getByRole('img', { name: 'Map: Stephansplatz' }));
	await seen(place.getByText('48.20820, 16.37380'));
	assert.match(await place.getByRole('link', { name: 'Open Stephansplatz in a maps app' }).getAttribute('href'), /^geo:48\.2082,16\.3738/);
	await place.getByRole('button', { name: 'Show the whole world' }).click();
	await seen(place.getByRole('button', { name: 'Show the region' }));

	const [vcf] = await Promise.all([agent.page.waitForEvent('download'), agent.log.getByRole('button', { name: 'Save Dana Roe as a vCard' }).click()]);
	assert.match(readFileSync(await vcf.path(), 'utf8'), /FN:Dana Roe\r\n[\s\S]*TEL:\+43 660 1234567/);
	await agent.log.getByRole('button', { name: 'Start a conversation with +43 660 1234567' }).click();
	await until('the number is filled in', async () => (await agent.page.getByRole('dialog').getByRole('textbox').first().inputValue()) === '+43 660 1234567');
	await agent.page.keyboard.press('Escape');

	const words = unique('My account');
	await say(phone, { text: `${words} is AT61 1904 3002 3457 3201, see https://аpple.com/\n${'A long story. '.repeat(200)}` });
	await seen(agent.log.getByText('(xn--pple-43d.com)'));
	const long = agent.bubble(words);
	await long.getByRole('button', { name: 'Show more' }).click();
	await seen(long.getByRole('button', { name: 'Show less' }));
	await say(phone, { text: '🙏' });
	await seen(agent.log.locator('.large').filter({ hasText: '🙏' }));

	// The agent answers by keys; the quotation jumps to what was asked.
	await agent.page.getByRole('log', { name: 'Messages' }).focus();
	await agent.bubble(hello).evaluate((line) => line.focus());
	await agent.page.keyboard.press('r');
	const answer = unique('Good morning');
	await agent.write(answer);
	await agent.bubble(answer).getByRole('button', { name: hello }).click();
	await until('the first message has the focus', () => agent.bubble(hello).first().evaluate((line) => line === document.activeElement));

	const sent = await until('it is on the phone', async () => (await it.sandbox('GET', `/phones/${phone.id}/messages`)).items.find((m) => m.content.text === answer));
	await say(phone, { reaction: { emoji: '🎉' }, reply_to: sent.id });
	await seen(agent.bubble(answer).getByRole('img', { name: '🎉 by Rosa' }));
	// The agent reacts, thinks better of it, and keeps the session.
	await agent.bubble('🙏').first().hover();
	await agent.bubble('🙏').first().getByRole('button', { name: 'React', exact: true }).click();
	await agent.page.getByRole('button', { name: 'React with ❤️' }).click();
	await seen(agent.bubble('🙏').first().getByRole('img', { name: '❤️ by You' }));
	const onPhone = async () => (await it.sandbox('GET', `/phones/${phone.id}/messages`)).items.find((m) => m.content.text === '🙏').business_reaction;
	await until('the phone shows it', async () => (await onPhone()) === '❤️');
	await agent.bubble('🙏').first().hover();
	await agent.bubble('🙏').first().getByRole('button', { name: 'React', exact: true }).click();
	await agent.page.getByRole('button', { name: 'Take ❤️ back' }).click();
	await until('the phone shows none', async () => !(await onPhone()));
	await agent.page.getByRole('button', { name: /^Transcript of MS-/ }).click();
	const [printed] = await Promise.all([agent.page.context().waitForEvent('page'), agent.page.getByRole('menuitem', { name: 'View and print' }).click()]);
	await seen(printed.getByText(answer));
	await printed.close();
	await clean(agent.page);
	// Nothing of it is wider than a phone.
	await agent.page.setViewportSize({ width: 390, height: 844 });
	await until('it fits the narrow window', () => agent.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});
