// Every language says all that the server can say. server.json is read from the server's code
// (internal/archtest, TestSentencesAreListed), so nothing is missing without this telling.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { en } from './en/main.ts';
import { languages } from './language.ts';
import { because, besides, exact, undelivered } from './said.ts';

const server = JSON.parse(readFileSync(new URL('server.json', import.meta.url), 'utf8')) as { sentences: string[]; statuses: string[]; delivery: Record<string, string>; reasons: string[]; codes: string[] };
const values = (text: string) => [...new Set([...text.matchAll(/\{\d+\}/g)].map(([value]) => value))].sort().join();

for (const { code } of languages.filter((language) => language.code !== 'en'))
	test(`${code}: all sentences of the server, with their values`, async () => {
		const { words } = (await import(`./${code}/server.ts`)) as { words: Record<string, string> };
		const wanted = new Set([...server.sentences, ...server.codes.map((name) => `code:${name}`), ...server.statuses.map((name) => `status:${name}`)]);
		assert.deepEqual([...wanted].filter((sentence) => !words[sentence]), [], 'missing');
		assert.deepEqual(Object.keys(words).filter((sentence) => !wanted.has(sentence)), [], 'of no use');
		assert.deepEqual(server.sentences.filter((sentence) => values(sentence) !== values(words[sentence]!)), [], 'other values');
		const odd = code === 'fr' ? / [;:!?»]|« |“|”/ : code === 'de' ? /”|«|»|\.\.\./ : /“|”/;
		assert.deepEqual(Object.values(words).filter((text) => odd.test(text.replace('Authorization: Bearer', ''))), [], 'odd signs');
	});

test('all delivery codes and all reasons have words', () => {
	// Those of the server, so that what says more than they do is told from them.
	for (const [code, sentence] of Object.entries(server.delivery)) assert.equal(en[`delivery.${code}` as 'delivery.0001'], sentence.replaceAll("'", '’'));
	// That of a failed session is said as its delivery.
	assert.deepEqual(server.reasons.filter((code) => code !== 'undelivered' && !(`reason.${code}` in en)), []);
});

test('a reason is put together of its parts', () => {
	const params = { queue: 'Support', count: 3, used: 2, limit: 10, waited: 12, equal: true, again: 1 };
	const text = because({ code: 'offer_least_active', params, text: '' });
	for (const part of ['Least active of 3', 'Support', 'among equals', '2 of 10', 'Asked again']) assert.ok(text.includes(part), `${part}: ${text}`);
	assert.ok(because({ code: 'offer_most_available', params, text: '' }).includes('8 of 10 capacity free'));
	assert.ok(text.includes('waited\u00a012s.'), text);
	assert.ok(!because({ code: 'offer_only', params: { queue: 'Support' }, text: '' }).includes('waited'), 'served at once');
	assert.ok(because({ code: 'nobody_online', params: {}, text: '' }).includes('Whole team'));
	assert.equal(because({ code: 'of_tomorrow', params: {}, text: 'As it is written.' }), 'As it is written.');
	assert.equal(because(undefined, 'Before codes.'), 'Before codes.');
	assert.equal(because({ code: 'undelivered', params: { delivery: '2001' }, text: '' }), en['delivery.2001']);
});

test('transcripts give reasons in the same words', async () => {
	const all = JSON.parse(readFileSync(new URL('../../../internal/httpapi/transcript/reasons.json', import.meta.url), 'utf8')) as Record<string, Record<string, string>>;
	assert.deepEqual(Object.keys(all).sort(), languages.map(({ code }) => code).filter((code) => code !== 'en').sort());
	for (const [code, theirs] of Object.entries(all)) {
		const { reasons } = (await import(`./${code}/reasons.ts`)) as { reasons: Record<string, string> };
		const { delivery } = (await import(`./${code}/delivery.ts`)) as { delivery: Record<string, string> };
		const ours: Record<string, string> = { ...reasons, ...delivery };
		assert.deepEqual(theirs, Object.fromEntries(Object.keys(theirs).map((key) => [key, ours[key]])), code);
		assert.deepEqual(Object.keys(server.delivery).filter((one) => !one.includes('.') && !theirs[`delivery.${one}`]), [], code);
	}
});

test('a failed delivery is said by its code, one of nobody knows which as it came', () => {
	assert.equal(undelivered({ code: '0001', text: '' }, true), en['delivery.0001.waiting']);
	assert.equal(undelivered({ code: '0001', text: '' }), en['delivery.0001']);
	assert.equal(undelivered({ code: '2001', text: '' }, true), en['delivery.2001']);
	assert.equal(undelivered({ code: '9999', text: 'Their own words' }), 'Their own words');
	const file = { code: '3005', text: "The file can't be made to fit into 0.6 MB." };
	assert.equal(undelivered(file), 'The file can’t be made to fit into 0.6 MB.');
	assert.ok(exact(file));
	assert.equal(besides(file), '', 'English says it itself');
	assert.ok(!exact({ code: '3005', text: server.delivery['3005']! }) && !exact({ code: 'opted_out', text: 'This message was not sent.' }));
});
