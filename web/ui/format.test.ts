import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, day as dayOf, daysAgo, exact, moment, span, time } from './format.ts';
import { setTimeZone } from './locale.ts';

const now = new Date(2025, 2, 12, 15, 0, 0);
const before = (ms: number) => new Date(now.getTime() - ms);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test('how long ago, in the unit that people would say', () => {
	const said = (ms: number) => ago(before(ms), now);
	assert.equal(said(10_000), 'now');
	assert.equal(said(4 * minute), '4 minutes ago');
	assert.equal(said(-2 * hour), 'in 2 hours');
	assert.equal(said(day), 'yesterday');
	assert.equal(said(23 * hour), 'yesterday');
	assert.equal(said(-3 * day), 'in 3 days');
	assert.equal(said(21 * day), '3 weeks ago');
	assert.equal(said(100 * day), '3 months ago');
	assert.equal(said(2 * 366 * day), '2 years ago');
});

test('days are calendar days', () => {
	assert.equal(daysAgo(new Date(2025, 2, 11, 23, 59), new Date(2025, 2, 12, 0, 1)), 1);
	assert.equal(daysAgo(new Date(2025, 2, 12, 0, 1), new Date(2025, 2, 12, 23, 59)), 0);
});

test('durations and sizes in their largest units', () => {
	assert.equal(span(42_000), '42s');
	assert.equal(span(190_000), '3m 10s');
	assert.equal(span(2 * hour + 5 * minute), '2h 5m');
	assert.equal(span(-5), '0s');
	assert.equal(bytes(4_200_000), '4.2MB');
});

test('times, days and years are those of the time zone that was chosen', () => {
	const at = '2024-12-31T20:30:00Z';
	const now = new Date('2024-12-31T21:00:00Z');
	const figures = (text: string) => text.match(/\d+/g)!.map(Number);
	let zone: string | undefined = 'Asia/Tokyo'; // 9 hours ahead, no summer time
	setTimeZone(() => zone);
	try {
		assert.deepEqual(figures(time(at)).slice(-1), [30]);
		assert.equal(figures(time(at))[0], 5);
		assert.equal(dayOf(at, now), 'Today');
		assert.equal(daysAgo(new Date('2024-12-31T14:59:00Z'), now), 1); // 23:59 the day before, there
		assert.match(moment('2024-06-01T00:00:00Z', now), /2024/); // there it is 2025 already
		assert.match(exact(at), /2025.*Asia\/Tokyo/);
		zone = 'America/New_York';
		assert.equal(figures(time(at))[0], 3);
		assert.equal(daysAgo(new Date('2024-12-31T04:59:00Z'), now), 1);
		assert.doesNotMatch(moment('2024-06-01T00:00:00Z', now), /2024/);
	} finally {
		setTimeZone(() => undefined);
	}
	assert.doesNotMatch(exact(at), /Tokyo/);
});
