// What the server says, in the page's language. It writes English and says what its sentences were made of: the
// sentences of refusals and of the set-up are found by their templates, in a file that is fetched when the first
// is to be said; reasons and failed deliveries have codes, and their words are in the app.
import { megabytes, span, time } from '$ui/format.ts';
import { figures } from '$ui/locale.ts';
import type { DeliveryError, Reason } from '../api/types.ts';
import { en } from './en/main.ts';
import { serverWords, speaks, t } from './index.ts';

/** Where a sentence has values, the server says its template with {0}, {1} … and what stands there. */
export interface Template {
	template?: string;
	params?: (string | number)[];
}

let words: Record<string, string> = {};
let asked: Promise<void> | undefined;

/** readServerWords fetches the sentences, once. Without them the server's English stands. */
export function readServerWords(): Promise<void> {
	return (asked ??= serverWords().then(
		(found) => void (words = found),
		() => void (asked = undefined)
	));
}

/** said is a sentence of the server's in the page's language; in English when it is not known. */
export function said(text: string, { template, params }: Template = {}): string {
	const english = template ?? text;
	const known = words[english];
	if (known === undefined) return text;
	return known.replace(/\{(\d+)\}/g, (whole, i: string) => {
		const value = params?.[Number(i)];
		if (value === undefined) return whole;
		if (typeof value === 'number') return figures(value);
		if (english.includes(`“{${i}}”`)) return value; // what somebody wrote
		const size = /^(\d+(?:\.\d+)?) MB$/.exec(value);
		return size ? megabytes(Number(size[1])) : (words[`status:${value}`] ?? words[value] ?? value);
	});
}

/** Patterns of the sentences that have values, those with the most words first. They are made when one is first looked for. */
let patterns: { template: string; pattern: RegExp; order: number[] }[] | undefined;

/** recognised is the template of a sentence that was kept as it was said, without what it was made of. */
function recognised(text: string): Template | undefined {
	if (words[text] !== undefined) return {};
	patterns ??= Object.keys(words)
		.filter((template) => template.includes('{0}'))
		.toSorted((a, b) => b.length - a.length)
		.map((template) => {
			const parts = template.split(/\{(\d+)\}/);
			const escape = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
			return {
				template,
				pattern: new RegExp(`^${parts.map((part, i) => (i % 2 ? '(.+)' : escape(part))).join('')}$`),
				order: parts.filter((_, i) => i % 2).map(Number)
			};
		});
	for (const { template, pattern, order } of patterns) {
		const values = pattern.exec(text)?.slice(1);
		if (!values) continue;
		const params: (string | number)[] = [];
		values.forEach((value, i) => (params[order[i]!] = /^\d+$/.test(value) ? Number(value) : value));
		return { template, params };
	}
	return undefined;
}

/** refused is what problem+json says, and what it says of each input. */
export async function refused(problem: Record<string, unknown>): Promise<{ text: string; fields: Record<string, string> }> {
	await readServerWords();
	const english = String(problem['detail'] ?? problem['title'] ?? '');
	let text = said(english, problem as Template);
	const [code, delivery] = [`code:${String(problem['code'])}`, `delivery.${String(problem['delivery_code'])}`];
	if (text === english && words[code]) text = words[code];
	else if (text === english && t.has(delivery) && Object.keys(words).length > 0) text = t(delivery);
	const templates = (problem['error_templates'] ?? {}) as Record<string, Template>;
	const fields = Object.entries((problem['errors'] ?? {}) as Record<string, string>).map(([field, sentence]) => [field, said(sentence, templates[field])]);
	return { text, fields: Object.fromEntries(fields) as Record<string, string> };
}

/** undelivered says why a message failed, or that it is tried again. A provider's own words are not among them. */
export function undelivered(error: Pick<DeliveryError, 'code' | 'text'>, waits = false): string {
	if (exact(error)) {
		if (speaks === 'en') return typographic(error.text);
		const made = recognised(error.text);
		if (made) return said(error.text, made);
	}
	if (waits && t.has(`delivery.${error.code}.waiting`)) return t(`delivery.${error.code}.waiting` as 'delivery.0001.waiting');
	if (error.code === 'unknown') return t('delivery.unknownText');
	return t.has(`delivery.${error.code}`) ? t(`delivery.${error.code}` as 'delivery.0001') : error.text;
}

/** exact: the server says more than the words of the code do, such as what is wrong with a file. */
export function exact({ code, text }: Pick<DeliveryError, 'code' | 'text'>): boolean {
	if (!text || !t.has(`delivery.${code}`)) return false;
	const general = [`delivery.${code}`, `delivery.${code}.waiting`, 'delivery.not_sent'] as (keyof typeof en)[];
	return !general.some((key) => en[key] === typographic(text));
}

/** besides is that in English, when it is not known in the page's language: the words of the code stand before it then. */
export function besides(error: Pick<DeliveryError, 'code' | 'text'>): string {
	return speaks !== 'en' && exact(error) && !recognised(error.text) ? typographic(error.text) : '';
}

/** quarantined says why a call was kept, of a line such as “malformed: The body is not a form.: invalid escape”: the sentence, and what the program said of it in English. */
export function quarantined(reason: string): { text: string; cause: string } {
	const [, code = '', line = reason] = /^([a-z_]+)(?: \w+)?: (.+)$/s.exec(reason) ?? [];
	const [, sentence = line, cause = ''] = /^(.+?\.): (.+)$/s.exec(line) ?? [];
	if (speaks === 'en') return { text: typographic(sentence), cause };
	const made = recognised(sentence);
	if (made) return { text: said(sentence, made), cause };
	const known = words[`code:${code}`];
	return known ? { text: known, cause: line } : { text: typographic(sentence), cause };
}

const typographic = (text: string) => text.replaceAll("'", '’');

/** because says a reason. One without a code was kept before reasons had them, and stands as it was written. */
export function because(why: Reason | undefined, text = ''): string {
	if (why?.code === 'undelivered') return undelivered({ code: why.params.delivery ?? '', text: why.text });
	if (!why || !t.has(`reason.${why.code}`)) return why?.text ?? text;
	const p = why.params;
	const values = {
		agent: p.agent ?? t('reason.someone'),
		queue: p.queue ?? t('reason.theQueue'),
		to: p.to ?? t('reason.theQueue'),
		where: p.queue ?? t('reason.everyone'),
		channel: p.channel ?? '',
		count: p.count ?? 0,
		used: p.used ?? 0,
		limit: p.limit ?? 0,
		free: (p.limit ?? 0) - (p.used ?? 0),
		waited: span((p.waited ?? 0) * 1000),
		within: span((p.within ?? 0) * 1000),
		size: p.percent ? t('reason.percent', { percent: p.percent }) : t('reason.units', { units: p.units ?? 0 }),
		declined: p.declined ?? 0,
		missed: p.missed ?? 0,
		time: p.at ? time(p.at) : ''
	};
	const key = why.code === 'offered' && values.count > 1 ? 'reason.offeredMany' : (`reason.${why.code}` as 'reason.offered');
	let sentence = t(key, values);
	if (/^offer_(?!everyone|joined)/.test(why.code)) {
		if (p.equal) sentence = t('reason.equal', { why: sentence });
		sentence = t(why.code === 'offer_most_available' ? 'reason.free' : 'reason.used', { ...values, why: sentence });
	}
	// Who was served at once did not wait “0 s”.
	if (why.code.startsWith('offer_')) sentence = p.waited ? t('reason.waited', { ...values, why: sentence }) : `${sentence}.`;
	sentence = sentence.replace(/\.\.$/, '.'); // an abbreviated unit has a point of its own
	return p.again ? t('reason.again', { why: sentence, count: p.again }) : sentence;
}
