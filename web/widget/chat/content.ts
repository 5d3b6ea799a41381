// What a message of the customer API says, in the few kinds that the widget draws.

import { isObject, listOf, textOf } from './wire.ts';

export interface Attachment {
	id: string;
	name: string;
	type: string;
	url: string;
}

export interface Option {
	id: string;
	title: string;
}

export interface Said {
	text: string;
	files: Attachment[];
	/** A question's options. */
	options: Option[];
	/** A link with a title of its own (rich link). */
	link?: { title: string; url: string };
	/** Ids of the options that an answer picks. */
	picked: string[];
}

/** saidIn reads an abstractMessage. Formats that the widget doesn't know keep their text. */
export function saidIn(message: Record<string, unknown>): Said {
	const said: Said = { text: '', files: [], options: [], picked: [] };
	const content = message['staticContent'];
	const choices = message['choices'];
	const answer = message['choicesResponse'];
	if (isObject(content)) readContent(content, said);
	if (isObject(choices)) {
		said.text = textOf(choices['text']) || titleOf(choices['title']) || titleOf(choices['message']);
		said.options = listOf(choices['optionItems']).map((item) => ({
			id: textOf(item['optionIdentifier']) || textOf(item['optionId']),
			title: titleOf(item['titleItem']) || titleOf(item['title'])
		}));
	}
	if (isObject(answer)) {
		const picked = listOf(answer['selectedOptions']);
		said.picked = picked.map((option) => textOf(option['optionIdentifier']) || textOf(option['optionId']));
		said.text = picked.map((option) => titleOf(option['optionTitle']) || textOf(option['optionIdentifier'])).join(', ');
	}
	return said;
}

function readContent(content: Record<string, unknown>, said: Said) {
	said.text = textOf(content['text']);
	said.files = listOf(content['attachments']).map((file) => ({
		id: textOf(file['id']),
		name: textOf(file['name']),
		type: textOf(file['mimeType']),
		url: textOf(file['url'])
	}));
	const link = content['linkItem'];
	if (isObject(link) && textOf(link['url'])) {
		said.link = { title: titleOf(link['titleItem']) || textOf(link['url']), url: textOf(link['url']) };
	}
}

/** A title is a plain text or an item with one. */
function titleOf(value: unknown): string {
	return isObject(value) ? textOf(value['title']) : textOf(value);
}

/** A piece of text: plain, or a web address to follow. */
export interface Piece {
	text: string;
	href?: string;
}

const address = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

/** pieces cuts text at its web addresses. Only http and https are ever links. */
export function pieces(text: string): Piece[] {
	const found: Piece[] = [];
	let at = 0;
	for (const match of text.matchAll(address)) {
		if (match.index > at) found.push({ text: text.slice(at, match.index) });
		found.push({ text: match[0], href: match[0] });
		at = match.index + match[0].length;
	}
	if (at < text.length) found.push({ text: text.slice(at) });
	return found;
}
