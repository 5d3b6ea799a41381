import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzy, openFields, parts } from './merge.ts';

test('open fields are found, other braces are text', () => {
	assert.deepEqual(openFields('Hi {{customer.name}}, {{prechat._Order|x}} {{customer.name}} {{mustache}} {{a.b}}'), ['{{customer.name}}', '{{prechat._Order|x}}']);
	assert.equal(parts('a {{agent.name}} b').map((p) => p.text).join(''), 'a {{agent.name}} b');
	assert.deepEqual(openFields('nothing'), []);
});

test('letters are found in their order, the nearer the better', () => {
	assert.equal(fuzzy('ret', 'returns'), 0);
	assert.equal(fuzzy('policy', 'Return policy'), 1);
	assert.ok(fuzzy('rtn', 'returns')! > 2);
	assert.equal(fuzzy('xyz', 'returns'), undefined);
	assert.equal(fuzzy('az', 'a very long way to go to the z'), undefined);
});
