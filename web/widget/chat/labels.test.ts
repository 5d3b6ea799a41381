import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'svelte/compiler';
import { counted, labelsFor, languages, localeFor, wordsIn } from './labels.ts';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!).sort();
/** A form of a plural: its name, its category. */
const plural = /^(unread|waiting|new_messages)_(zero|one|two|few|many|other)$/;

test('every language has every word, with the same values in it', async () => {
	const english = await wordsIn('en');
	for (const language of languages) {
		const words = await wordsIn(language);
		const names = Object.keys(words);
		const missing = Object.keys(english).filter((name) => !words[name]?.trim());
		assert.deepEqual(missing, [], `${language} lacks these`);
		assert.deepEqual(names.filter((name) => !(name in english) && !plural.test(name)), [], `${language} has names of its own`);
		for (const name of names) {
			const form = plural.exec(name)?.[2];
			// One or two of something may say so without a number.
			if (form && form !== 'other') continue;
			assert.deepEqual(placeholders(words[name]!), placeholders(english[name]!), `${language}: ${name}`);
		}
		if (language === 'en') continue;
		// What is the same as in English is so on purpose: names and loan words.
		const same = names.filter((name) => words[name] === english[name] && !/^\W*$/.test(words[name]!.replace(/\{\w+\}/g, '')));
		assert.ok(same.length <= 5, `${language} is English here: ${same}`);
	}
});

test('each language has the plural forms that it needs', async () => {
	for (const language of languages) {
		const words = await wordsIn(language);
		const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
		// French and Spanish count millions apart (many), which nobody has unread.
		const needed = pluralCategories.filter((form) => form !== 'many' || pluralCategories.includes('few'));
		for (const name of ['unread', 'waiting', 'new_messages']) for (const form of needed) assert.ok(words[`${name}_${form}`], `${language}: ${name}_${form}`);
	}
});

test('plurals and numbers are written as the language does', async () => {
	const say = async (locale: string, count: number, own?: Record<string, string>) => labelsFor(own, await wordsIn(locale), locale)(counted('unread', count, locale), { count });
	assert.equal(await say('en-GB', 1), '1 unread message');
	assert.equal(await say('de', 1234), '1.234 ungelesene Nachrichten');
	assert.equal(await say('fr', 1_000_000), '1 000 000 messages non lus'.replace(/ (?=0)/g, '\u202f'));
	assert.match(await say('ar-EG', 3), /٣ رسائل/);
	assert.equal(await say('ar', 2), 'رسالتان غير مقروءتين');
	assert.equal(await say('en', 2, { unread_other: '{count} new' }), '2 new');
});

test('the page’s language goes first, where somebody speaks it', () => {
	for (const [deployment, page, browser, locale] of [
		['en', 'de', 'fr', 'de'],
		['en', 'de_AT', 'fr', 'de-AT'],
		['en', '', 'de', 'en'],
		['en', '', 'en-GB', 'en-GB'],
		['de', '', 'en-GB', 'de'],
		['pt-BR', 'pt_PT', 'en', 'pt-PT'],
		['en', 'pt', 'en-GB', 'en'],
		['en', 'not a language', 'en-GB', 'en-GB'],
		[undefined, '', '', 'en']
	] as const) {
		assert.equal(localeFor(deployment, page, browser), locale, `${deployment}, ${page}, ${browser}`);
	}
});

test('the emoji have names in every language', () => {
	const read = (language: string) => JSON.parse(readFileSync(new URL(`../frame/emoji.${language}.json`, import.meta.url), 'utf8')) as Record<string, string>;
	const english = read('en');
	for (const language of languages) {
		const own = read(language);
		assert.deepEqual(Object.keys(own).sort(), Object.keys(english).sort(), language);
		if (language !== 'en') assert.ok(Object.keys(own).filter((sign) => own[sign]!.split(',')[0] === english[sign]!.split(',')[0]).length < 8, language);
	}
});

const folder = new URL('../frame/', import.meta.url);
const components = readdirSync(folder).filter((name) => name.endsWith('.svelte'));

test('no component says anything that is not in the files', () => {
	/** Attributes that people read or hear. */
	const heard = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'title', 'placeholder', 'alt', 'label']);
	const found: string[] = [];
	const look = (node: unknown, file: string) => {
		if (Array.isArray(node)) return node.forEach((one) => look(one, file));
		if (typeof node !== 'object' || node === null) return;
		const { type, name, data, value } = node as Record<string, unknown>;
		if (type === 'Text' && /\p{L}/u.test(String(data))) found.push(`${file}: ${String(data).trim()}`);
		if (type === 'StyleDirective') return;
		if (type === 'Attribute') {
			// Text of other attributes is for the machine.
			for (const part of Array.isArray(value) ? value : [value]) {
				const { type, data } = (part ?? {}) as Record<string, unknown>;
				if (type === 'Text' && heard.has(String(name)) && /\p{L}/u.test(String(data))) found.push(`${file}: ${String(name)}="${String(data)}"`);
				if (type !== 'Text') look(part, file);
			}
			return;
		}
		for (const [key, child] of Object.entries(node)) if (key !== 'parent') look(child, file);
	};
	for (const file of components) look(parse(readFileSync(new URL(file, folder), 'utf8'), { modern: true }).fragment, file);
	assert.deepEqual(found, []);
});

test('every word is used', async () => {
	const sources = [folder, new URL('./', import.meta.url)].flatMap((place) =>
		readdirSync(place).filter((name) => /\.(svelte|ts)$/.test(name) && !name.endsWith('.test.ts')).map((name) => readFileSync(new URL(name, place), 'utf8'))
	).join('\n');
	const names = Object.keys(await wordsIn('en'));
	const unused = names.filter((name) => !plural.test(name) && !name.startsWith('field_') && !new RegExp(`['"\`]${name}['"\`]`).test(sources));
	assert.deepEqual(unused, []);
});
