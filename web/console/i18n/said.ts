// What the server says, in the page's language. It writes English and says what its sentences were made of: the
// sentences of refusals and of the set-up are found by their templates, in a file that is fetched when the first
// is to be said; reasons and failed deliveries have codes, and their words are in the app.
import { span, time } from '$ui/format.ts';
import { figures } from '$ui/locale.ts';
import type { DeliveryError, Reason } from '../api/types.ts';
import { serverWords, t } from './index.ts';

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
	const known = words[template ?? text];
	if (known === undefined) return text;
	return known.replace(/\{(\d+)\}/g, (whole, i: string) => {
		const value = params?.[Number(i)];
		if (value === undefined) return whole;
		return typeof value === 'number' ? figures(value) : (words[value] ?? value);
	});
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
	if (waits && t.has(`delivery.${error.code}.waiting`)) return t(`delivery.${error.code}.waiting` as 'delivery.0001.waiting');
	if (error.code === 'unknown') return t('delivery.unknownText');
	return t.has(`delivery.${error.code}`) ? t(`delivery.${error.code}` as 'delivery.0001') : error.text;
}

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
	return p.again ? t('reason.again', { why: sentence, count: p.again }) : sentence;
}
