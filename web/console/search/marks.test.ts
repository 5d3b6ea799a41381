import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { marks, parts, terms, type Range } from './marks.ts';

test('marks agree with what the server finds', () => {
	const cases = JSON.parse(readFileSync(new URL('../../../internal/search/testdata/match.json', import.meta.url), 'utf8')) as { Q: string; Text: string; Ranges?: Range[] }[];
	for (const { Q, Text, Ranges } of cases) if (Ranges) assert.deepEqual(marks(terms(Q), Text), Ranges, `${Q} in ${Text}`);
	for (const { Q, Text, Ranges } of cases) if (!Ranges && terms(Q).length === 1) assert.deepEqual(marks(terms(Q), Text), [], `${Q} in ${Text}`);
});

test('a text is cut at its ranges and nothing of it is lost', () => {
	assert.deepEqual(parts('a b c', [[2, 3]]), [
		{ text: 'a ', hit: false },
		{ text: 'b', hit: true },
		{ text: ' c', hit: false }
	]);
	assert.deepEqual(parts('', []), []);
});
