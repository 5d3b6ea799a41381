// Messages that the server has not taken yet. Each lies under a key of its own, so that two tabs that
// write at once never overwrite each other; ids are made here, so that a repeated send is one message.

import type { Store } from './storage.ts';

export interface Pending {
	id: string;
	/** Milliseconds by this browser's clock; also the order of sending, so no two are equal. */
	at: number;
	text: string;
	/** The id of the message that it answers, or empty. */
	answers: string;
	/** Set when it picks options of a question. */
	choice?: { id: string; title: string };
	/** Set when it is a file; the bytes lie in the file store under the message's id. */
	file?: { id: string; name: string; type: string; size: number };
	/** Set on the first message of a new session: its pre-chat values. */
	session?: Record<string, string>;
	/** Why the server refused it; until Resend it stays. */
	failed?: string;
}

const folder = 'outbox:';

export class Outbox {
	constructor(private readonly store: Store) {}

	/** list is everything unsent in the order of writing. */
	list(): Pending[] {
		const found = this.store.keys(folder).map((key) => this.store.read<Pending>(key));
		return found.filter((item) => item !== undefined).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
	}

	/** add puts a message behind all others, even if the clock was set back. */
	add(item: Omit<Pending, 'at'>, now: number): Pending {
		const last = this.list().at(-1)?.at ?? 0;
		const placed = { ...item, at: Math.max(now, last + 1) };
		this.store.write(folder + item.id, placed);
		return placed;
	}

	/** change replaces part of a message that is still here; one that was sent meanwhile stays sent. */
	change(id: string, part: Partial<Pending>) {
		const item = this.store.read<Pending>(folder + id);
		if (item) this.store.write(folder + id, { ...item, ...part });
	}

	remove(id: string) {
		this.store.remove(folder + id);
	}
}

/** What became of one attempt to send. */
export type Outcome =
	| { kind: 'sent' }
	/** The server won't ever take it as it is. */
	| { kind: 'refused'; reason: string }
	/** Not now: no network, a busy server. Nothing behind it goes first. */
	| { kind: 'later'; afterMs: number }
	/** The customer is asked something first (a new session's pre-chat). */
	| { kind: 'stopped' };

/**
 * drain sends what waits, oldest first, one at a time. A refused message is marked and doesn't hold
 * the others; anything else that isn't sent ends the round. It answers when to come again: after so
 * many milliseconds, or undefined when nothing is left to do. The caller sees to it that no other tab
 * drains at the same time.
 */
export async function drain(outbox: Outbox, send: (item: Pending) => Promise<Outcome>): Promise<number | undefined> {
	for (;;) {
		const item = outbox.list().find((waiting) => waiting.failed === undefined);
		if (!item) return undefined;
		const outcome = await send(item);
		if (outcome.kind === 'sent') outbox.remove(item.id);
		else if (outcome.kind === 'refused') outbox.change(item.id, { failed: outcome.reason });
		else return outcome.kind === 'later' ? outcome.afterMs : undefined;
	}
}
