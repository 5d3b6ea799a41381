import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, legible, lookOf, parseColour } from './theme.ts';

const colour = (css: string) => parseColour(css)!;

test('contrast is what WCAG says', () => {
	assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
	assert.equal(contrast(colour('#777'), colour('#fff')).toFixed(2), '4.48');
});

test('legible leaves what reads already, and moves what does not', () => {
	assert.deepEqual(legible([0, 0, 128], [[255, 255, 255]], 4.5), [0, 0, 128]);
	const corrected = legible([255, 214, 0], [[255, 255, 255]], 4.5);
	assert.ok(contrast(corrected, [255, 255, 255]) >= 4.5);
	assert.ok(corrected[0] > corrected[2], 'a yellow stays a yellow');
});

test('every branding colour works, whatever is chosen', () => {
	const parts = [0, 51, 119, 128, 187, 255];
	for (const r of parts) for (const g of parts) for (const b of parts) {
		const chosen = '#' + [r, g, b].map((p) => p.toString(16).padStart(2, '0')).join('');
		for (const brand of [
			{ accent: chosen },
			{ accent: chosen, background: chosen, text: chosen },
			{ background: chosen },
			{ accent: chosen, background: '#101010', text: '#222222' }
		]) {
			const look = lookOf(brand, false);
			const ratio = (a: string, b: string) => contrast(colour(a), colour(b));
			const told = JSON.stringify(brand) + JSON.stringify(look);
			assert.ok(ratio(look.text, look.background) >= 4.5, told);
			assert.ok(ratio(look.text, look.bubble) >= 4.5, told);
			assert.ok(ratio(look.muted, look.background) >= 4.5, told);
			assert.ok(ratio(look.muted, look.bubble) >= 4.5, told);
			assert.ok(ratio(look.onAccent, look.accent) >= 4.5, told);
			assert.ok(ratio(look.accentText, look.background) >= 4.5, told);
			assert.ok(ratio(look.critical, look.background) >= 4.5, told);
			assert.ok(ratio(look.edge, look.background) >= 3, told);
			assert.ok(ratio(look.accent, look.background) >= 1.3, told);
		}
	}
});

test('a bright accent stays what it is, with dark text on it', () => {
	const look = lookOf({ accent: '#ffd600', background: '#fffbe6' }, false);
	assert.equal(look.accent, '#ffd600');
	assert.ok(contrast(colour(look.onAccent), colour(look.accent)) >= 4.5);
});

test('without a background the scheme of the system decides', () => {
	assert.equal(lookOf({}, true).scheme, 'dark');
	assert.equal(lookOf({}, false).scheme, 'light');
	assert.equal(lookOf({ background: '#ffffff' }, true).scheme, 'light');
	assert.equal(lookOf({ background: 'url(javascript:1)' }, false).background, '#ffffff');
	assert.equal(parseColour('red'), undefined);
});
