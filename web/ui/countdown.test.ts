import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urgency } from './countdown.ts';

test('calm, soon from the warning on, over from the last moment on', () => {
	const minute = 60_000;
	assert.deepEqual([10 * minute, 5 * minute + 1, 5 * minute, 1, 0, -minute].map((left) => urgency(left, 5 * minute)), ['calm', 'calm', 'soon', 'soon', 'over', 'over']);
});
