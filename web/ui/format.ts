// Dates, sizes and durations in the reader's language, by Intl.

import { inLocale, timeZone } from './locale.ts';

/** 1:05 PM, but 01:05 where the day has 24 hours. */
const clock = inLocale((language, timeZone) => {
	const twelve = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions().hour12;
	return new Intl.DateTimeFormat(language, { hour: twelve ? 'numeric' : '2-digit', minute: '2-digit', timeZone });
});
const dates = (options: Intl.DateTimeFormatOptions) => inLocale((language, timeZone) => new Intl.DateTimeFormat(language, { ...options, timeZone }));
const weekday = dates({ weekday: 'short' });
const dayMonth = dates({ day: 'numeric', month: 'short' });
const dayMonthYear = dates({ day: 'numeric', month: 'short', year: 'numeric' });
const longDay = dates({ weekday: 'long', day: 'numeric', month: 'long' });
const longDayYear = dates({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const full = dates({ dateStyle: 'full', timeStyle: 'medium' });
const relativeDay = inLocale((language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

const calendar = inLocale((_, timeZone) => new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { year: 'numeric', month: 'numeric', day: 'numeric', timeZone }));

/** date is the calendar's, where the reader reads times. */
function date(d: Date): { year: number; month: number; day: number } {
	if (timeZone() === undefined) return { year: d.getFullYear(), month: d.getMonth() + 1, day: d.getDate() };
	const parts = calendar().formatToParts(d);
	const part = (type: string) => Number(parts.find((one) => one.type === type)!.value);
	return { year: part('year'), month: part('month'), day: part('day') };
}

/** dayNumber counts calendar days: two moments of one day have the same. */
export function dayNumber(at: string | Date): number {
	const { year, month, day } = date(new Date(at));
	return Date.UTC(year, month - 1, day) / DAY;
}

/** daysAgo counts calendar days: 0 is today, 1 yesterday. */
export function daysAgo(at: Date, now = new Date()): number {
	return dayNumber(now) - dayNumber(at);
}

/** time of day: 14:02. */
export const time = (at: string | Date) => clock().format(new Date(at));

/** moment is the shortest form that names a time: 14:02, Tue, 3 Mar, 3 Mar 2024. */
export function moment(at: string | Date, now = new Date()): string {
	const d = new Date(at);
	const days = daysAgo(d, now);
	if (days <= 0) return clock().format(d);
	if (days < 7) return weekday().format(d);
	return date(d).year === date(now).year ? dayMonth().format(d) : dayMonthYear().format(d);
}

/** day is a separator's heading: Today, Yesterday, Tuesday 3 March. */
export function day(at: string | Date, now = new Date()): string {
	const d = new Date(at);
	const days = daysAgo(d, now);
	if (days === 0 || days === 1) {
		const word = relativeDay().format(-days, 'day');
		return word.charAt(0).toLocaleUpperCase() + word.slice(1);
	}
	return date(d).year === date(now).year ? longDay().format(d) : longDayYear().format(d);
}

/** ago is how far from now: now, 5 minutes ago, in 2 hours, yesterday, 3 weeks ago. */
export function ago(at: string | Date, now: number | Date = Date.now()): string {
	const then = new Date(at);
	const here = new Date(now);
	const off = then.getTime() - here.getTime();
	const far = Math.abs(off);
	if (far < 45_000) return relativeDay().format(0, 'second');
	if (far < 50 * MINUTE) return relativeDay().format(Math.round(off / MINUTE), 'minute');
	if (far < 22 * HOUR) return relativeDay().format(Math.round(off / HOUR), 'hour');
	const days = -daysAgo(then, here) || Math.sign(off);
	if (Math.abs(days) < 14) return relativeDay().format(days, 'day');
	if (Math.abs(days) < 60) return relativeDay().format(Math.round(days / 7), 'week');
	if (Math.abs(days) < 365) return relativeDay().format(Math.round(days / 30.4), 'month');
	return relativeDay().format(Math.round(days / 365.25) || Math.sign(days), 'year');
}

/** elsewhere is the time zone that times are written in, when it is not the browser's: Asia/Tokyo. */
export function elsewhere(): string | undefined {
	const zone = timeZone();
	return zone && zone !== new Intl.DateTimeFormat().resolvedOptions().timeZone ? zone.replaceAll('_', ' ') : undefined;
}

/** exact is the full date and time, for hover and for readers; with its time zone where that isn't the browser's. */
export function exact(at: string | number | Date): string {
	const zone = elsewhere();
	const text = full().format(new Date(at));
	return zone ? `${text} (\u2068${zone}\u2069)` : text;
}

/** One for each unit: rows that count seconds ask for them all the time, and making one is slow. */
const units = inLocale((language) => {
	const made = new Map<string, Intl.NumberFormat>();
	return (name: string, digits: number) => {
		const key = `${name} ${digits}`;
		const one = made.get(key) ?? new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: digits });
		made.set(key, one);
		return one;
	};
});
const unit = (name: string, value: number) => units()(name, name === 'byte' || value >= 10 ? 0 : 1).format(value);

/** megabytes as exactly as they are said: 5.01 MB is more than 5 MB. */
export const megabytes = (n: number): string => units()('megabyte', 2).format(n);

/** bytes: 340 kB, 4.2 MB. */
export function bytes(n: number): string {
	if (n < 1000) return unit('byte', n);
	if (n < 1_000_000) return unit('kilobyte', n / 1000);
	return unit('megabyte', n / 1_000_000);
}

/** span is a duration in the two largest units: 42s, 3m 10s, 2h 5m, 3d. */
export function span(ms: number): string {
	const s = Math.max(0, Math.floor(ms / 1000));
	if (s < 60) return unit('second', s);
	const m = Math.floor(s / 60);
	if (m < 10) return `${unit('minute', m)} ${unit('second', s % 60)}`;
	if (m < 60) return unit('minute', m);
	const h = Math.floor(m / 60);
	if (h < 24) return m % 60 === 0 ? unit('hour', h) : `${unit('hour', h)} ${unit('minute', m % 60)}`;
	return unit('day', Math.floor(h / 24));
}
