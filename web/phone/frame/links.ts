// Addresses inside a text, as links: http and https only.

export interface Part {
	text: string;
	href?: string;
}

export function linked(text: string): Part[] {
	const parts: Part[] = [];
	let at = 0;
	for (const match of text.matchAll(/https?:\/\/[^\s<>"]+/g)) {
		// A full stop or a bracket after an address belongs to the sentence.
		const href = match[0].replace(/[.,;:!?)\]]+$/, '');
		if (match.index > at) parts.push({ text: text.slice(at, match.index) });
		parts.push({ text: href, href });
		at = match.index + href.length;
	}
	if (at < text.length) parts.push({ text: text.slice(at) });
	return parts;
}
