// Addresses inside a text, as links: http and https only. Numbers, names and account numbers stay text.

export interface Part {
	text: string;
	href?: string;
	/** Where it really leads, when the text doesn't say so plainly: letters of other scripts, a name before an @. */
	host?: string;
}

export function linked(text: string): Part[] {
	const parts: Part[] = [];
	let at = 0;
	for (const match of text.matchAll(/https?:\/\/[^\s<>"]+/gi)) {
		// A full stop or a bracket after an address belongs to the sentence; one that was opened inside doesn't.
		let shown = match[0].replace(/[.,;:!?'’”»\]}]+$/, '');
		while (shown.endsWith(')') && shown.split(')').length > shown.split('(').length) shown = shown.slice(0, -1).replace(/[.,;:!?]+$/, '');
		const href = address(shown);
		if (!href) continue;
		if (match.index > at) parts.push({ text: text.slice(at, match.index) });
		const host = new URL(href).host;
		const plain = /^https?:\/\/([^/?#]*)/i.exec(shown)?.[1]?.toLowerCase() ?? '';
		// The default port may stand there without changing where it leads.
		const same = plain.replace(/:(80|443)$/, '') === host;
		parts.push({ text: shown, href: shown === href || same ? shown : href, ...(!same && { host }) });
		at = match.index + shown.length;
	}
	if (at < text.length) parts.push({ text: text.slice(at) });
	return parts;
}

function address(text: string): string | undefined {
	try {
		const url = new URL(text);
		return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname ? url.href : undefined;
	} catch {
		return undefined;
	}
}

/** Signs, their colours, flags, and what joins them. */
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;
const graphemes = typeof Intl.Segmenter === 'undefined' ? undefined : new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Whether a text is one to three emoji and nothing else, which are shown large. */
export function onlyEmoji(text: string): boolean {
	if (text.length > 60 || !EMOJI.test(text) || text.trim() === '') return false;
	const signs = graphemes ? [...graphemes.segment(text.replace(/\s/g, ''))].length : 1;
	return signs <= 3;
}

/** How much of a long text is shown at first; the text itself when it isn't long. */
export function beginning(text: string, characters = 1200, lines = 20): string {
	let end = text.length > characters * 1.25 ? characters : text.length;
	let at = -1;
	for (let n = 0; n < lines; n++) {
		at = text.indexOf('\n', at + 1);
		if (at < 0) break;
	}
	// Two lines more are no reason to fold.
	if (at >= 0 && text.slice(at).split('\n').length > 3) end = Math.min(end, at);
	if (end >= text.length) return text;
	const space = text.lastIndexOf(' ', end);
	if (space > end * 0.8) end = space;
	// Never between the halves of one sign.
	if (/[\ud800-\udbff]/.test(text[end - 1]!)) end--;
	return text.slice(0, end);
}
