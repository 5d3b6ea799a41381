// What people read stands in message files. This looks through the apps for text that stands elsewhere.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'svelte/compiler';

const web = new URL('..', import.meta.url).pathname;
const apps = ['ui', 'console', 'widget', 'phone'];
const shown = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'title', 'placeholder', 'alt', 'label', 'hint', 'text']);

/** Words that are the same in every language, and examples of what is typed. */
const allowed = new Map([
	['example.com', 'an example of a domain'],
	['https://*.example.com', 'an example of an origin'],
	['+1 555 010 0100', 'an example of a number'],
	['+1 555 010 0199', 'an example of a number'],
	['Enter', 'the name on a key'],
	['Esc', 'the name on a key'],
	['PageUp', 'the name on a key'],
	['PageDown', 'the name on a key'],
	['Ctrl', 'the name on a key'],
	['Switchboard', 'our name'],
	['WhatsApp', 'a name'],
	['SMS', 'a name'],
	['PDF', 'a name'],
	['ms', 'the sign of a unit']
]);

interface Node {
	type: string;
	start: number;
	name?: string;
	data?: string;
	value?: unknown;
	[key: string]: unknown;
}

/** textIn tells the texts of a component that aren't asked of a message file, with their lines. */
function textIn(source: string): { line: number; text: string }[] {
	const found: { line: number; text: string }[] = [];
	const note = (node: Node, text: string) => {
		const words = text.trim().replace(/\s+/g, ' ');
		if (/\p{L}{2}/u.test(words) && !allowed.has(words)) found.push({ line: source.slice(0, node.start).split('\n').length, text: words });
	};
	const walk = (node: Node) => {
		if (node.type === 'Text') return note(node, node.data ?? '');
		if (node.type === 'Attribute') {
			if (!shown.has(node.name ?? '')) return;
			const parts = (Array.isArray(node.value) ? node.value : [node.value]) as Node[];
			for (const part of parts) {
				if (part?.type === 'Text') note(part, part.data ?? '');
				const expression = part?.['expression'] as Node | undefined;
				if (expression?.type === 'Literal' && typeof expression.value === 'string') note(part, expression.value);
			}
			return;
		}
		if (node.type === 'StyleDirective' || node.type === 'ClassDirective') return;
		if (node.type === 'RegularElement' && ['style', 'script', 'code', 'kbd'].includes(node.name ?? '')) return;
		for (const [key, value] of Object.entries(node)) {
			if (key === 'metadata' || key === 'expression') continue;
			for (const child of Array.isArray(value) ? value : [value]) if (child && typeof child === 'object' && typeof (child as Node).type === 'string') walk(child as Node);
		}
	};
	walk(parse(source, { modern: true }).fragment as unknown as Node);
	return found;
}

/** What scripts put where people read it. */
const said = /(?:\.(?:ariaLabel|title|placeholder|alt|textContent)\s*=\s*|setAttribute\('(?:aria-label|title|placeholder|alt)',\s*|\btoast\()(['"`])((?:(?!\1).)*)\1/g;

const files = apps.flatMap((app) => readdirSync(join(web, app), { recursive: true, encoding: 'utf8' }).map((file) => join(app, file))).filter((file) => !file.startsWith('widget/test/')); // a page for who builds the widget
const read = (file: string) => readFileSync(join(web, file), 'utf8');

test('no visible text stands outside the message files', () => {
	const components = files.filter((file) => file.endsWith('.svelte'));
	assert.ok(components.length > 100, 'the components were found');
	const strays = components.flatMap((file) => textIn(read(file)).map(({ line, text }) => `${file}:${line} ${text}`));
	for (const file of files.filter((name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$/.test(name)))
		for (const [, , text] of read(file).matchAll(said)) if (/\p{L}{2}/u.test(text!.replace(/\$\{[^}]*\}?/g, '')) && !allowed.has(text!)) strays.push(`${file} ${text}`);
	assert.deepEqual(strays, []);
});

test('the search finds text, labels and literals', () => {
	const found = textIn('{#if a}<p>Some words</p>{/if}<button aria-label="Close it" title={\'Shut it\'}>{t(\'x\')}</button><Field label="A label" />');
	assert.deepEqual(found.map((one) => one.text), ['Some words', 'Close it', 'Shut it', 'A label']);
});
