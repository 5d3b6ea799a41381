import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countSegments } from './segments.ts';

const cases: [name: string, text: string, want: Partial<ReturnType<typeof countSegments>>][] = [
	['nothing', '', { encoding: 'gsm7', segments: 0, units: 0 }],
	['one full GSM-7 message', 'a'.repeat(160), { encoding: 'gsm7', segments: 1, left: 0 }],
	['one more makes two', 'a'.repeat(161), { segments: 2, left: 2 * 153 - 161 }],
	['six full segments', 'a'.repeat(918), { segments: 6, left: 0, tooLong: false }],
	['a seventh is refused', 'a'.repeat(919), { segments: 7, tooLong: true }],
	['the euro sign counts two', '€'.repeat(80), { encoding: 'gsm7', units: 160, segments: 1 }],
	['an extension pair is not cut', 'a'.repeat(152) + '€' + 'b'.repeat(153), { segments: 3 }],
	['Turkish dotless i forces UCS-2', 'ı', { encoding: 'ucs2', forcedBy: 'ı', left: 69 }],
	['one full UCS-2 message', 'я'.repeat(70), { encoding: 'ucs2', segments: 1 }],
	['UCS-2 parts hold 67', 'я'.repeat(71), { segments: 2, left: 2 * 67 - 71 }],
	['402 units are the most', 'я'.repeat(402), { segments: 6, tooLong: false }],
	['403 are too many', 'я'.repeat(403), { segments: 7, tooLong: true }],
	['a surrogate pair is not cut', 'я'.repeat(66) + '😀' + 'я'.repeat(66), { segments: 3 }],
	['a backtick is not in GSM-7', '`', { encoding: 'ucs2' }]
];

for (const [name, text, want] of cases) {
	test(name, () => {
		const got: Record<string, unknown> = { ...countSegments(text) };
		for (const [key, value] of Object.entries(want)) assert.equal(got[key], value, key);
	});
}
