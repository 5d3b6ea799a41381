// jose, which knows nothing of our code, signs identity tokens and publishes keys; and reads what we sign.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { ready, staff, unique } from './ready.mjs';

const issuer = 'https://shop.example/id';
const pair = async (kid, alg = 'RS256') => {
	const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
	return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg }, privateJWK: { ...(await exportJWK(privateKey)), kid, alg } };
};
const now = () => Math.floor(Date.now() / 1000);
const sign = (by, { header = {}, claims = {} } = {}) =>
	new SignJWT({ iss: issuer, sub: 'mara', exp: now() + 3600, ...claims }).setProtectedHeader({ alg: by.alg, typ: 'JWT', kid: by.kid, ...header }).sign(by.privateKey);

/** A channel of its own that requires a keyset, and how its customers sign in. */
async function channelWith(keyset) {
	const name = unique('Signed in').replace(/\W+/g, '_');
	const channel = await staff('POST', '/channels', { type: 'web', name, keyset_id: keyset.id });
	const deployment = await staff('POST', '/deployments', { name, kind: 'mobile', channel_id: channel.id });
	await staff('POST', `/deployments/${deployment.id}/publish`);
	const post = async (kind, body) => {
		const response = await fetch(`${ready.url}/iamessage/api/v2/authorization/${kind}/access-token`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ orgId: ready.org.key, esDeveloperName: deployment.api_name, capabilitiesVersion: '1', platform: 'Web', deviceId: randomUUID(), ...body })
		});
		return { status: response.status, ...(await response.json()) };
	};
	return { anonymous: () => post('unauthenticated', {}), signIn: (token) => post('authenticated', { authorizationType: 'JWT', customerIdentityToken: token }) };
}

const keysetOf = async (...keys) => {
	const ids = [];
	for (const key of keys) ids.push((await staff('POST', '/keys', { name: key.kid, jwk: key.jwk })).id);
	return staff('POST', '/keysets', { name: unique('Peer'), issuer, keys: ids });
};

test('what jose signs is taken, by every algorithm that is allowed', async () => {
	const pairs = await Promise.all(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => pair(`key-${alg}`, alg)));
	const { signIn, anonymous } = await channelWith(await keysetOf(...pairs));
	const subjects = new Set();
	for (const by of pairs) {
		const answer = await signIn(await sign(by));
		assert.equal(answer.status, 200, `${by.alg}: ${JSON.stringify(answer)}`);
		subjects.add(answer.context.endUser.subject);
	}
	assert.equal(subjects.size, 1, 'one subject is one customer, whichever key signed');
	assert.equal((await anonymous()).reason, 'verification_required');
});

test('what jose signs otherwise is refused by the check that it fails', async () => {
	const [one, other, elliptic] = [await pair('one'), await pair('other'), await pair('one', 'ES256')];
	const { signIn } = await channelWith(await keysetOf(one));
	const good = await sign(one);
	const cases = {
		'a token cut short': [good.slice(0, good.lastIndexOf('.')), 1],
		'alg none': [new UnsecuredJWT({ iss: issuer, sub: 'mara' }).encode(), 2],
		'an elliptic key': [await sign(elliptic), 2],
		'a secret in place of a key': [await new SignJWT({ iss: issuer, sub: 'mara', exp: now() + 60 }).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'one' }).sign(new TextEncoder().encode(one.jwk.n)), 2],
		'another type': [await sign(one, { header: { typ: 'at+jwt' } }), 3],
		'an unknown key': [await sign(other), 4],
		'the key’s name, another key': [await sign(other, { header: { kid: 'one' } }), 5],
		'another issuer': [await sign(one, { claims: { iss: 'https://elsewhere.example' } }), 6],
		'an hour late': [await sign(one, { claims: { exp: now() - 3600 } }), 7],
		'an hour early': [await sign(one, { claims: { nbf: now() + 3600 } }), 7],
		nobody: [await sign(one, { claims: { sub: '' } }), 8]
	};
	for (const [what, [token, check]] of Object.entries(cases)) {
		const answer = await signIn(token);
		assert.deepEqual([answer.status, answer.code, answer.check], [401, 'identity_refused', check], `${what}: ${JSON.stringify(answer)}`);
	}
	assert.equal((await signIn(good)).status, 200);
});

test('keys that can’t be believed are not taken', async () => {
	const good = await pair('good');
	const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
	for (const [jwk, says] of [
		[good.privateJWK, /private part/],
		[[good.jwk], /one key at a time/],
		[{ keys: [good.jwk] }, /one key at a time/],
		[{ ...weak, kid: 'weak', alg: 'RS256' }, /1024 bits/],
		[(await pair('ec', 'ES256')).jwk, /no n|kty must be RSA/]
	])
		await assert.rejects(staff('POST', '/keys', { name: 'No', jwk }), says);
});

test('an address whose keys change, and that is asked for no more than is good for it', async () => {
	const [first, second] = [await pair('first'), await pair('second')];
	let published = [first.jwk];
	let asked = 0;
	const provider = createServer((_, response) => {
		asked++;
		response.setHeader('Content-Type', 'application/jwk-set+json').setHeader('Cache-Control', 'max-age=300').end(JSON.stringify({ keys: published }));
	}).listen(0, '127.0.0.1');
	after(() => provider.close());
	await new Promise((resolve) => provider.once('listening', resolve));
	const url = `http://127.0.0.1:${provider.address().port}/jwks.json`;
	const keyset = await staff('POST', '/keysets', { name: unique('Address'), issuer, type: 'url', url });
	const { signIn } = await channelWith(keyset);
	assert.equal((await signIn(await sign(first))).status, 200);
	const flood = await Promise.all(Array.from({ length: 40 }, async (_, i) => signIn(await sign(second, { header: { kid: `made-up-${i}` } }))));
	assert.deepEqual([...new Set(flood.map((answer) => answer.check))], [4]);
	assert.equal(asked, 1, 'unknown keys made it ask again at once');
	published = [first.jwk, second.jwk];
	const end = Date.now() + 30_000;
	while ((await signIn(await sign(second))).status !== 200) {
		assert.ok(Date.now() < end, 'the new key is never found');
		await new Promise((resolve) => setTimeout(resolve, 250));
	}
	assert.equal(asked, 2);
	const { fetched } = await staff('GET', `/keysets/${keyset.id}`);
	assert.deepEqual(fetched.keys.map((key) => key.kid), ['first', 'second']);
	await assert.rejects(staff('PATCH', `/keysets/${keyset.id}`, { url: 'https://10.0.0.1/jwks' }), /private network/);
});

test('jose verifies the test token with the key that is shown', async () => {
	const keyset = await keysetOf();
	const { key, token, private_jwk } = await staff('POST', `/keysets/${keyset.id}/test-key`, { subject: 'ines' });
	const { payload, protectedHeader } = await jwtVerify(token, await importJWK(key.jwk, key.alg), { issuer, typ: 'JWT' });
	assert.deepEqual([payload.sub, protectedHeader.kid], ['ines', key.kid]);
	const { signIn } = await channelWith(keyset);
	assert.equal((await signIn(token)).status, 200);
	const further = { kid: key.kid, alg: 'RS256', privateKey: await importJWK(private_jwk, 'RS256') };
	assert.equal((await signIn(await sign(further))).status, 200);
	await staff('PATCH', `/keys/${key.id}`, { active: false });
	assert.equal((await signIn(token)).check, 4);
});
