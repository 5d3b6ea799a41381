import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { pages, stories } from './catalogue.ts';

const kit = fileURLToPath(new URL('../ui', import.meta.url));
const here = fileURLToPath(new URL('./pages', import.meta.url));
const parts = Object.values(stories).flatMap((story) => story.parts as string[]);

test('every part of the kit has a story, and every story’s parts exist', () => {
	const files = readdirSync(kit).filter((name) => name.endsWith('.svelte')).map((name) => name.replace('.svelte', ''));
	assert.deepEqual([...parts].sort(), files.sort());
});

test('every story is on exactly one page, which shows it and its parts', () => {
	assert.deepEqual(pages.flatMap((page) => page.stories).sort(), Object.keys(stories).sort());
	for (const page of pages) {
		const text = readFileSync(`${here}/${page.file}.svelte`, 'utf8');
		for (const id of page.stories) {
			assert.ok(text.includes(`<Story id="${id}">`), `${page.file} shows ${id}`);
			// Breadcrumb, Field, Spinner and Toasts are shown by others.
			for (const part of stories[id].parts) if (!['Breadcrumb', 'Field', 'Spinner', 'Toasts'].includes(part)) assert.ok(text.includes(`<${part}`), `${page.file} shows ${part}`);
		}
	}
});
