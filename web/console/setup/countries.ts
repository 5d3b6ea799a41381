// Countries and their hours in words.
import { inLocale, listed, locale } from '$ui/locale.ts';
import type { NumberRule, SendingHours, Weekday } from './types.ts';
import { ts } from './words.ts';

/** Where numbers of their own exist, by ISO 3166-1. */
export const codes =
	'AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BQ BR BS BT BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CU CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GH GI GL GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SH SI SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VC VE VG VN VU WF WS YE ZA ZM ZW'.split(
		' '
	);

const regions = inLocale((language) => new Intl.DisplayNames(language ?? [], { type: 'region' }));
export const countryName = (code: string): string => (code === 'elsewhere' ? ts('countries.elsewhere') : (regions().of(code) ?? code));

export const weekdays: Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
/** 2024 began on a Monday. */
export const dayName = (day: Weekday, width: 'short' | 'long'): string =>
	new Intl.DateTimeFormat(locale(), { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + weekdays.indexOf(day)));

/** "Mon–Fri 09:00–21:30, Sat–Sun 10:00–18:00": days in a row with the same hours are told once. */
export function hoursText(hours: SendingHours): string {
	const runs: { first: Weekday; last: Weekday; span: string }[] = [];
	for (const { day, from, to } of hours.days) {
		const run = runs.at(-1);
		const span = `${from}–${to}`;
		if (run?.span === span && weekdays.indexOf(run.last) === weekdays.indexOf(day) - 1) run.last = day;
		else runs.push({ first: day, last: day, span });
	}
	const text = runs.map((r) => `${dayName(r.first, 'short')}${r.first === r.last ? '' : `–${dayName(r.last, 'short')}`} ${r.span}`);
	return text.length > 0 ? text.join(', ') : ts('countries.never');
}

export const kindsText = (numbers: NumberRule[]): string => (numbers.length > 0 ? listed(numbers.map((n) => ts(`number.kind.${n.kind}`))) : ts('countries.noKind'));

/** "25 December", or with its year; as it was written where it is no date. */
export function dateText(date: string): string {
	const each = /^\d\d-\d\d$/.test(date);
	const at = new Date(`${each ? `2000-${date}` : date}T00:00:00Z`);
	if (Number.isNaN(at.getTime())) return date;
	return new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', year: each ? undefined : 'numeric', timeZone: 'UTC' }).format(at);
}
