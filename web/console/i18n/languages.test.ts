// Every language says all that English says: the same keys with the same parameters, and each plural form that it has.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { translator } from '$ui/translate.ts';
import { words as kitWords } from '$ui/words.ts';
import { en } from './en/main.ts';
import { enSetup } from './en/administration.ts';
import { push } from './en/push.ts';
import { languages, resolve } from './language.ts';

type Texts = Record<string, string>;
const others = languages.map((language) => language.code).filter((code) => code !== 'en');
const ending = /_(zero|one|two|few|many|other)$/;
const parameters = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))].sort();
/** The forms that counts of everyday need: French and Spanish say “many” of millions alone, and _other stands in. */
const forms = (code: string) => {
	const rules = new Intl.PluralRules(code);
	return [...new Set(Array.from({ length: 1000 }, (_, n) => rules.select(n)))];
};

for (const code of others)
	for (const [part, english] of [['main', en], ['administration', enSetup]] as [string, Texts][])
		test(`${code}, ${part}: all keys, the same parameters, all plural forms`, async () => {
			const { words } = (await import(`./${code}/${part}.ts`)) as { words: Texts };
			const counted = new Set(Object.keys(english).filter((key) => key.endsWith('_other')).map((key) => key.replace(ending, '')));
			const wanted = new Set(Object.keys(english).flatMap((key) => (counted.has(key.replace(ending, '')) ? forms(code).map((form) => key.replace(ending, `_${form}`)) : [key])));
			for (const base of counted) wanted.add(`${base}_other`);
			assert.deepEqual([...wanted].filter((key) => !words[key]), [], 'missing');
			assert.deepEqual(Object.keys(words).filter((key) => !wanted.has(key)), [], 'of no use');
			const differ = Object.keys(words).filter((key) => {
				const base = key.replace(ending, '');
				const said = parameters(words[key]!);
				const model = parameters(english[key] ?? english[`${base}_other`]!);
				// One, two and none may be said without their figure.
				return counted.has(base) && /_(zero|one|two)$/.test(key) ? said.some((name) => !model.includes(name)) : said.join() !== model.join();
			});
			assert.deepEqual(differ, [], 'other parameters');
		});

for (const code of others)
	test(`${code}: all words of notices`, async () => {
		const { push: words } = (await import(`./${code}/push.ts`)) as { push: Texts };
		assert.deepEqual(Object.keys(words).sort(), Object.keys(push).sort());
		for (const [key, text] of Object.entries(push)) assert.deepEqual(parameters(words[key]!), parameters(text), key);
	});

for (const code of others)
	test(`${code}: all words of the kit`, async () => {
		const { words } = (await import(`../../ui/words.${code}.ts`)) as { words: Record<string, unknown> };
		assert.deepEqual(Object.keys(words).sort(), Object.keys(kitWords).sort());
		for (const [name, word] of Object.entries(kitWords)) assert.equal(typeof words[name], typeof word, name);
	});

test('French has its narrow spaces, and quotes are those of the language', async () => {
	for (const part of ['main', 'administration']) {
		const french = ((await import(`./fr/${part}.ts`)) as { words: Texts }).words;
		assert.deepEqual(Object.entries(french).filter(([, text]) => / [;:!?»]|« |“|”/.test(text)).map(([key]) => key), []);
		const german = ((await import(`./de/${part}.ts`)) as { words: Texts }).words;
		assert.deepEqual(Object.entries(german).filter(([, text]) => /”|«|»|\.\.\./.test(text)).map(([key]) => key), []);
	}
});

test('files of words import nothing that an app has besides: they are fetched while it waits', () => {
	const here = new URL('.', import.meta.url).pathname;
	for (const code of others)
		for (const file of readdirSync(join(here, code)))
			for (const [, from] of readFileSync(join(here, code, file), 'utf8').matchAll(/^(?:import (?!type)|export \{).*from '(.*)'/gm)) assert.match(from!, /^(\.\/\w+\.ts|\$ui\/words\.\w+\.ts)$/, `${code}/${file}`);
});

test('the language is the chosen one, else the first that the browser has and we speak', () => {
	assert.deepEqual(resolve('fr', ['de-AT', 'en']), { language: 'fr', tag: 'fr' });
	assert.deepEqual(resolve('de', ['de-AT', 'en']), { language: 'de', tag: 'de-AT' });
	assert.deepEqual(resolve('', ['nl', 'de-CH', 'en']), { language: 'de', tag: 'de-CH' });
	assert.deepEqual(resolve(undefined, ['nl']), { language: 'en', tag: 'en' });
	assert.deepEqual(resolve('xx', ['es-MX']), { language: 'es', tag: 'es-MX' });
});

test('a translator chooses plural forms of its language and falls back to English', () => {
	const t = translator({ hello: 'Hello', only: 'Only here', files_one: '{count} file', files_other: '{count} files' });
	t.speak('ar', { hello: 'مرحبا', files_zero: 'لا ملفات', files_two: 'ملفان', files_few: '{count} ملفات', files_other: '{count} ملف' });
	assert.equal(t('hello'), 'مرحبا');
	assert.equal(t('only'), 'Only here');
	assert.equal(t.plural('files', 0), 'لا ملفات');
	assert.equal(t.plural('files', 2), 'ملفان');
	assert.match(t.plural('files', 3), /ملفات$/);
	assert.match(t.plural('files', 100), /ملف$/);
});
