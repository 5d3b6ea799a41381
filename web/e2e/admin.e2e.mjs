// The administrator sets things up, and each ends in something that works.
import { gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, Visitor } from './people.mjs';

const { it, story } = stage();

story('a channel by the guided set-up, to a test message that arrives', async () => {
	const admin = await Agent.logIn(it, it.user('admin'));
	const { page } = admin;
	await page.goto(`${it.ready.url}/setup/channels`);
	await page.getByRole('link', { name: 'Connect a channel' }).or(page.getByRole('link', { name: /channel/i }).last()).first().click();
	await page.getByRole('button', { name: /SMS.*Twilio/ }).click();
	await page.getByLabel('Name', { exact: true }).fill('Repairs by SMS');
	await page.getByRole('switch', { name: 'Play it in the sandbox' }).check();
	await page.getByRole('button', { name: 'Connect', exact: true }).click();
	await page.getByRole('radio', { name: /^Everyone online/ }).check();
	await page.getByRole('button', { name: 'Next' }).click();
	await seen(page.getByRole('heading', { name: 'Send a test message' }));
	await admin.setStatus('online');

	// The phone page opens in a tab of its own, with the new channel.
	const [tab] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'Open the phone page' }).click()]);
	const { items } = await it.sandbox('GET', '/channels');
	const known = it.ready.channels.map((one) => one.id);
	const address = items.find((one) => !known.includes(one.id)).address;
	await tab.getByRole('navigation', { name: 'Channels' }).getByRole('button', { name: address }).click();
	const test = unique('Is this thing on?');
	await tab.getByRole('textbox', { name: 'Write a message' }).fill(test);
	await tab.getByRole('button', { name: 'Send' }).click();
	await page.getByRole('main').getByRole('link', { name: 'Inbox' }).click();
	await admin.accept(test);
	await seen(admin.bubble(test));
	const answer = unique('It is.');
	await admin.write(answer);
	await seen(tab.getByText(answer));
});

story('a deployment is edited and published: the widget shows it', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.goto(`${it.ready.url}/setup/deployments`);
	await page.getByRole('link', { name: 'Demo Web' }).click();
	const title = unique('Ask a carpenter');
	await page.getByLabel('Title', { exact: true }).fill(title);
	await page.getByRole('button', { name: 'Save changes' }).click();
	await seen(page.getByText('Draft differs'));
	// A draft is nobody's business yet.
	const before = await (await Visitor.arrive(it)).open();
	await seen(before.frame.getByRole('heading', { name: 'Harbor & Pine' }));
	await page.getByRole('button', { name: 'Publish' }).click();
	await seen(page.getByText('Published. It is live now.'));
	const after = await (await Visitor.arrive(it)).open();
	await seen(after.frame.getByRole('heading', { name: title }));

	// The code that is to be copied shows it on a page that has nothing else.
	const snippet = await page.locator('code').filter({ hasText: '<script' }).innerText();
	const bare = await it.page();
	await bare.route('**/some-shop', (route) => route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Some shop</title><body><h1>Shop</h1>${snippet}</body>` }));
	await bare.goto(`${it.ready.url}/some-shop`);
	const pasted = await new Visitor(it, bare).open();
	await seen(pasted.frame.getByRole('heading', { name: title }));
});

story('a queue is made, and a person is invited, joins by the link and logs in', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	await page.goto(`${it.ready.url}/setup/queues/new`);
	await page.getByLabel('Name', { exact: true }).fill('Returns');
	await page.getByLabel('Routing configuration').selectOption({ label: 'Urgent' });
	await page.getByRole('checkbox', { name: 'Grace Novak' }).check();
	await page.getByRole('button', { name: 'Create' }).click();
	await seen(page.getByRole('heading', { name: 'Returns', level: 1 }));
	await until('the queue is there', async () => (await it.api('GET', '/queues')).items.some((q) => q.name === 'Returns' && q.members.length === 1));

	await page.goto(`${it.ready.url}/setup/users/new`);
	const email = 'yara@demo.example';
	await page.getByLabel('Name', { exact: true }).fill('Yara Lund');
	await page.getByLabel('E-mail').fill(email);
	await page.getByRole('button', { name: 'Create' }).click();
	const link = page.getByText(/^http:\/\/127\.0\.0\.1:\d+\/.*\/[\w-]{20,}$/);
	await seen(link);

	const newcomer = await it.page();
	await newcomer.goto(await link.innerText());
	await newcomer.getByLabel('New password').fill('a walnut and a plane');
	await newcomer.getByRole('button', { name: 'Set password and log in' }).click();
	await seen(newcomer.getByRole('navigation', { name: 'Places' }));
	await seen(newcomer.getByRole('button', { name: /^Yara Lund:/ }));
	await Agent.logIn(it, { name: 'Yara Lund', email, password: 'a walnut and a plane' });
});

story('what is changed stands in the audit log, and a browser that is signed out elsewhere is out', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const name = unique('Returns');
	await it.api('POST', '/queues', { name });
	await page.goto(`${it.ready.url}/setup/audit`);
	const line = page.getByRole('row').filter({ hasText: name });
	await seen(line.getByText('Queues · made'));
	await page.getByLabel('What').selectOption({ label: 'Channels' });
	await gone(line);
	await page.getByLabel('What').selectOption({ label: 'Queues' });
	await line.getByRole('button', { name: /^Details/ }).click();
	await seen(page.getByRole('dialog').getByText('POST /queues'));
	await page.keyboard.press('Escape');
	await seen(page.getByText(/lines?, the log is as it was written$/));

	const other = (await Agent.logIn(it, it.user('admin'))).page;
	await page.goto(`${it.ready.url}/inbox?panel=preferences.devices`);
	await page.getByRole('button', { name: 'Sign all others out' }).click();
	await seen(page.getByText('Signed out', { exact: true }));
	await other.goto(`${it.ready.url}/inbox`);
	await seen(other.getByRole('button', { name: 'Log in' }));
	await seen(page.getByText('This browser'));
});
