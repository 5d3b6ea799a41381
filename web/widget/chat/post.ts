// One attempt to send one waiting message, and what its answer means for the outbox.

import type { Api, Beside } from './api.ts';
import { Refusal, Unreachable } from './door.ts';
import type { FileStore } from './file-store.ts';
import type { Outcome, Pending } from './outbox.ts';
import { retryMs } from './retry.ts';

/** bodyOf is the message of the customer API for what waits. */
export function bodyOf(item: Pending): Record<string, unknown> {
	const head = { id: item.id, ...(item.answers && { inReplyToMessageId: item.answers }) };
	if (item.file) return { ...head, fileId: item.file.id, text: item.text };
	if (item.choice) {
		const picked = { optionIdentifier: item.choice.id, optionTitle: item.choice.title };
		return { ...head, messageType: 'ChoicesResponseMessage', choicesResponse: { formatType: 'Selections', selectedOptions: [picked] } };
	}
	return { ...head, messageType: 'StaticContentMessage', staticContent: { formatType: 'Text', text: item.text } };
}

/** send hands the message over; it throws what the API throws. False: the browser has lost the file. */
export async function send(
	api: Api,
	token: string,
	conversation: string,
	item: Pending,
	beside: Beside,
	files: FileStore,
	progress: (share: number) => void,
	signal: AbortSignal
): Promise<boolean> {
	const body = api.messageBody(bodyOf(item), beside);
	if (!item.file) {
		await api.message(token, conversation, body);
		return true;
	}
	const bytes = await files.get(item.id);
	if (!bytes) return false;
	await api.upload(token, conversation, body, bytes, item.file.name, progress, signal);
	await files.remove(item.id);
	return true;
}

/** What the customer must do or the widget must renew before the message can go. */
export type Need = 'token' | 'session' | 'conversation';

/** meaningOf reads a failed attempt: what it needs first, or what the outbox does with it. */
export function meaningOf(error: unknown, attempt: number): Need | Outcome {
	const soon = retryMs(attempt, Math.random());
	if (error instanceof Unreachable) return { kind: 'later', afterMs: soon };
	if (!(error instanceof Refusal)) throw error;
	switch (error.status) {
		case 401:
			return 'token';
		case 417:
			return 'session';
		case 404:
			return 'conversation';
		case 409:
			// Closed meanwhile, in another tab or by its age.
			return error.code === 'unlawful_state' ? 'conversation' : { kind: 'refused', reason: 'refused_other' };
		case 412:
			// The stream is not open yet; it is being opened all the time.
			return { kind: 'later', afterMs: 500 };
		case 408:
		case 425:
		case 429:
			return { kind: 'later', afterMs: Math.max(error.afterMs, soon) };
		case 413:
			return { kind: 'refused', reason: 'refused_size' };
		case 400:
		case 415:
		case 422:
			return { kind: 'refused', reason: 'refused_content' };
		default:
			if (error.status >= 500) return { kind: 'later', afterMs: Math.max(error.afterMs, soon) };
			return { kind: 'refused', reason: 'refused_other' };
	}
}
