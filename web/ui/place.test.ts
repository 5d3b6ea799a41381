import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spot } from './place.ts';

const window = { width: 400, height: 600 };
const button = { top: 100, bottom: 130, left: 40, right: 120 };

test('below and along the start edge where there is room', () => {
	assert.deepEqual(spot(button, { width: 200, height: 200 }, window, false), { top: 134, left: 40, room: 462 });
});

test('above where below is too little', () => {
	const low = { top: 500, bottom: 530, left: 40, right: 120 };
	assert.equal(spot(low, { width: 200, height: 200 }, window, false).top, 296);
});

test('as high as the larger side, where neither has room', () => {
	const low = { top: 400, bottom: 430, left: 40, right: 120 };
	const { top, room } = spot(low, { width: 200, height: 1000 }, window, false);
	assert.equal(room, 392);
	assert.equal(top, 4);
});

test('right-to-left begins at the right edge, and takes the other edge when that leaves the window', () => {
	const right = { top: 100, bottom: 130, left: 300, right: 380 };
	assert.equal(spot(right, { width: 200, height: 50 }, window, true).left, 180);
	assert.equal(spot(right, { width: 200, height: 50 }, window, false).left, 180);
	assert.equal(spot(button, { width: 200, height: 50 }, window, true).left, 40);
});

test('never outside the window', () => {
	for (const align of ['start', 'end', 'centre'] as const) {
		const { left } = spot({ top: 0, bottom: 20, left: 0, right: 10 }, { width: 380, height: 50 }, window, false, { align });
		assert.ok(left >= 4 && left + 380 <= 396, align);
	}
});
