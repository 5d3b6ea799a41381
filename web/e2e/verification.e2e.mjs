// Customers who are signed in on the page: set up in the console, the same history on two devices, an identity
// that ends and is renewed, and signing out, which clears this browser and leaves the other.
import assert from 'node:assert/strict';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { inspect } from './axe.mjs';
import { count, gone, seen, stage, unique, until } from './harness.mjs';
import { Agent, around, Visitor } from './people.mjs';

const { it, story } = stage();

const issuer = 'https://shop.example';
const signer = async (kid) => {
	const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
	const sign = (sub, seconds = 3600) => new SignJWT({ sub }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).setIssuer(issuer).setExpirationTime(Math.floor(Date.now() / 1000) + seconds).sign(privateKey);
	return { jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' }, sign };
};

/** A deployment of its own, whose channel requires a keyset with this key. */
async function shop(jwk) {
	const name = unique('Members').replace(' ', '_');
	const key = await it.api('POST', '/keys', { name, jwk });
	const keyset = await it.api('POST', '/keysets', { name, issuer, keys: [key.id] });
	const { items } = await it.api('GET', '/queues');
	const channel = await it.api('POST', '/channels', { type: 'web', name, keyset_id: keyset.id, routing: { mode: 'queue', queue_id: items.find((queue) => queue.name === 'Support').id } });
	const deployment = await it.api('POST', '/deployments', { name, channel_id: channel.id });
	await it.api('PATCH', `/deployments/${deployment.id}`, { draft: { ...deployment.draft, origins: [it.ready.url] } });
	await it.api('POST', `/deployments/${deployment.id}/publish`);
	return { key, keyset, channel, deployment: deployment.api_name };
}

/** The page says who its customer is. */
const signIn = (page, identityToken) => page.evaluate((token) => window.embeddedservice_bootstrap.userVerificationAPI.setIdentityToken({ identityTokenType: 'JWT', identityToken: token }), identityToken);
const signOut = (page) => page.evaluate(() => window.embeddedservice_bootstrap.userVerificationAPI.clearSession());

/** What this browser keeps of its customer. */
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => /:(token|talk|cursor|device)$/.test(key)).length);

story('set up in the console: a key, a keyset, a test token that the tester takes, and a channel that requires it', async () => {
	const { page } = await Agent.logIn(it, it.user('admin'));
	const { jwk, sign } = await signer('shop-1');
	await page.goto(`${it.ready.url}/setup/keys/new`);
	await page.getByLabel('Name').fill('Shop 1');
	await page.getByLabel('Public key (JWK)').fill(JSON.stringify([jwk]));
	await page.getByRole('button', { name: 'Create' }).click();
	await seen(page.getByText('This is a list of keys. Upload one key at a time.'));
	await page.getByLabel('Public key (JWK)').fill(JSON.stringify(jwk));
	await page.getByRole('button', { name: 'Create' }).click();
	await seen(page.getByText('shop-1', { exact: true }));

	await page.goto(`${it.ready.url}/setup/keysets/new`);
	await page.getByLabel('Name').fill('Our shop');
	await page.getByLabel('Issuer').fill(issuer);
	await page.getByLabel('Shop 1').check();
	await page.getByRole('button', { name: 'Create' }).click();
	const field = page.getByLabel('Identity token (JWT)');
	await field.fill(await sign('mara'));
	await page.getByRole('button', { name: 'Check', exact: true }).click();
	await seen(page.getByText('It signs mara in.'));
	await field.fill(await (await signer('shop-1')).sign('mara'));
	await page.getByRole('button', { name: 'Check', exact: true }).click();
	await seen(page.getByText('Check 5 refuses it'));
	await seen(page.getByText('The token\'s signature was not made with its key.'));

	await page.getByLabel('Customer (sub)').fill('test-1');
	await page.getByRole('button', { name: 'Make a test token' }).click();
	const dialog = page.getByRole('dialog', { name: 'Your test token' });
	await seen(dialog.getByText('Private key (JWK)'));
	const token = (await dialog.locator('code').first().textContent()).trim();
	await dialog.getByRole('button', { name: 'I have them' }).click();
	await gone(dialog);
	await field.fill(token);
	await page.getByRole('button', { name: 'Check', exact: true }).click();
	await seen(page.getByText('It signs test-1 in.'));
	await seen(page.getByRole('listitem').filter({ hasText: 'Test 20' }).getByText('Test key'));

	await page.goto(`${it.ready.url}/setup/keysets`);
	await page.getByRole('link', { name: 'Our shop' }).click();
	await seen(field);
	assert.deepEqual(await inspect('a keyset', page, page.mainFrame(), around), []);
	await field.fill(token.slice(0, -4));
	await page.getByRole('button', { name: 'Check', exact: true }).click();
	await seen(page.getByText(/^Check \d refuses it/));
	assert.deepEqual(await inspect('a refused token', page, page.mainFrame(), around), []);

	const { items } = await it.api('GET', '/channels');
	const web = items.find((channel) => channel.type === 'web');
	await page.goto(`${it.ready.url}/setup/channels/${web.id}`);
	await page.getByLabel('Customers sign in with').selectOption({ label: 'Our shop' });
	await page.getByRole('button', { name: 'Save changes' }).click();
	await until('the channel requires it', async () => (await it.api('GET', `/channels/${web.id}`)).keyset_id);
	await it.api('PATCH', `/channels/${web.id}`, { keyset_id: '' });
});

story('the same customer on two devices, live on both; another one on the same browser has their own', async () => {
	const { jwk, sign } = await signer('shop');
	const { deployment } = await shop(jwk);
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const phone = await (await Visitor.arrive(it, { deployment })).open();
	await seen(phone.frame.getByText('Please sign in'));
	await signIn(phone.page, await sign('mara'));
	const question = unique('From my phone');
	await phone.write(question);
	await agent.accept(question);
	const answer = unique('Hello Mara');
	await agent.write(answer);
	await seen(phone.said(answer));

	const desk = await Visitor.arrive(it, { deployment });
	await signIn(desk.page, await sign('mara'));
	await desk.open();
	await seen(desk.said(question));
	await seen(desk.said(answer));
	const further = unique('From my desk');
	await desk.write(further);
	await seen(agent.bubble(further));
	await seen(phone.said(further));
	const last = unique('To both of you');
	await agent.write(last);
	await seen(phone.said(last));
	await seen(desk.said(last));

	// Somebody else signs in on the desk's page without a word about the one before.
	await signIn(desk.page, await sign('ines'));
	await until('the desk shows nothing of hers', async () => (await desk.log.count()) === 0 || (await desk.said(question).count()) === 0);
	await seen(phone.said(last));
});

story('an identity ends and is renewed, and the conversation goes on', async () => {
	const { jwk, sign } = await signer('shop');
	const { deployment } = await shop(jwk);
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const page = await it.page();
	let asked = 0;
	await page.exposeFunction('freshIdentity', () => (asked++, sign('mara', asked < 2 ? 3 : 3600)));
	await page.addInitScript(() =>
		addEventListener('onEmbeddedMessagingIdentityTokenExpired', async () => {
			const identityToken = await window.freshIdentity();
			window.embeddedservice_bootstrap.userVerificationAPI.setIdentityToken({ identityTokenType: 'JWT', identityToken });
		})
	);
	const customer = await Visitor.arrive(it, { page, deployment });
	await signIn(page, await sign('mara', 3));
	await customer.open();
	const first = unique('Before it ends');
	await customer.write(first);
	await agent.accept(first);
	await until('the page was asked twice', () => asked >= 2);
	const second = unique('After it was renewed');
	await customer.write(second);
	await seen(agent.bubble(second));
	const answer = unique('I still see you');
	await agent.write(answer);
	await seen(customer.said(answer));
	await seen(customer.said(first));
	await count(customer.said(first), 1);

	// A key is taken away: the page is asked, and nothing else happens.
	const before = asked;
	const { items } = await it.api('GET', '/keysets');
	const keyset = items.find((one) => one.name === deployment);
	await it.api('PATCH', `/keysets/${keyset.id}`, { issuer: `${issuer}/` });
	await it.api('PATCH', `/keysets/${keyset.id}`, { issuer });
	await customer.write(unique('And now'));
	await until('the page was asked again', () => asked > before);
	const more = unique('Still here');
	await customer.write(more);
	await seen(agent.bubble(more));
});

story('signing in is required from now on: who is in a conversation keeps it', async () => {
	const { jwk, sign } = await signer('shop');
	const { deployment, channel, keyset } = await shop(jwk);
	await it.api('PATCH', `/channels/${channel.id}`, { keyset_id: '' });
	const agent = await (await Agent.logIn(it, it.user('agent'))).setStatus('online');
	const customer = await (await Visitor.arrive(it, { deployment })).open();
	const question = unique('Before you knew me');
	await customer.write(question);
	await agent.accept(question);
	await it.api('PATCH', `/channels/${channel.id}`, { keyset_id: keyset.id, join_unverified: true });
	await customer.page.reload();
	await customer.open();
	await seen(customer.frame.getByText('Please sign in'));
	await signIn(customer.page, await sign('mara'));
	await seen(customer.said(question));
	const answer = unique('Now I know you');
	await agent.write(answer);
	await seen(customer.said(answer));
	await customer.write(unique('Yes, it is me'));
	const desk = await Visitor.arrive(it, { deployment });
	await signIn(desk.page, await sign('mara'));
	await desk.open();
	await seen(desk.said(answer));
	await agent.page.reload();
	await seen(agent.page.getByLabel('About this conversation').getByText('mara', { exact: true }));
});

story('signing out clears the browser in all its tabs, and leaves other devices alone', async () => {
	const { jwk, sign } = await signer('shop');
	const { deployment } = await shop(jwk);
	const context = await it.context();
	const token = await sign('mara');
	const first = await Visitor.arrive(it, { context, deployment });
	await signIn(first.page, token);
	await first.open();
	const question = unique('Something private');
	await first.write(question);
	await seen(first.said(question).getByText('Sent'));
	const second = await Visitor.arrive(it, { context, deployment });
	await signIn(second.page, token);
	await second.open();
	await seen(second.said(question));
	const elsewhere = await Visitor.arrive(it, { deployment });
	await signIn(elsewhere.page, token);
	await elsewhere.open();
	await seen(elsewhere.said(question));
	const access = await first.page.evaluate(() => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(':token')))).text);

	await signOut(first.page);
	await until('nothing is kept', async () => (await kept(first.page)) === 0);
	await seen(second.frame.getByText('Please sign in'));
	await gone(second.said(question));
	const answer = await fetch(`${it.ready.url}/iamessage/api/v2/conversation/list`, { headers: { Authorization: `Bearer ${access}` } });
	assert.equal(answer.status, 401, 'the access token outlives signing out');
	await first.open();
	await seen(first.frame.getByText('Please sign in'));
	await elsewhere.write(unique('I am still here'));
	await until('nobody came back by themselves', async () => (await kept(first.page)) === 0);

	await signIn(first.page, await sign('mara'));
	await seen(first.said(question));
});
