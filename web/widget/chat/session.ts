// The customer's session with the server: the token, the device's id, the cursor of the stream and
// which conversation is going on. All tabs share it; whoever changes it tells the others.

import type { Api } from './api.ts';
import type { Store } from './storage.ts';
import { uuid } from './uuid.ts';

/** The conversation as this browser knows it. */
export interface Talk {
	id: string;
	/** Whether the server has it. Until then the pre-chat's values wait here. */
	made: boolean;
	attributes: Record<string, string>;
}

interface SavedToken {
	text: string;
	/** When it ends in milliseconds, 0 where that is not known. */
	end: number;
	/** A verified customer's token ends with the identity that it came from. */
	verified: boolean;
	/** Whom the server takes the holder for. */
	subject: string;
}

/** A token is renewed so long before it ends. */
const marginMs = 60_000;
/** The longest that timers can wait. */
const longestMs = 2 ** 31 - 1;

export class Session {
	/** JWT that the page gave, or empty. */
	identity = '';
	private renewal: ReturnType<typeof setTimeout> | undefined;

	/** alone runs work in one tab at a time; changed is called after this tab wrote, ending before a verified customer's token ends. */
	constructor(
		private readonly api: Api,
		private readonly store: Store,
		private readonly alone: (what: string, work: () => Promise<void>) => Promise<void>,
		private readonly changed: () => void,
		private readonly ending: () => void
	) {}

	/** The folder of a draft: each conversation has its own. */
	private get draftKey(): string {
		return `draft:${this.talk?.id ?? ''}`;
	}

	/** What the customer was writing. */
	get draft(): string {
		return this.store.read<string>(this.draftKey) ?? '';
	}

	set draft(text: string) {
		if (text) this.store.write(this.draftKey, text);
		else this.store.remove(this.draftKey);
	}

	private get saved(): SavedToken | undefined {
		return this.store.read<SavedToken>('token');
	}

	get token(): string {
		return this.saved?.text ?? '';
	}

	/** Whom the server takes the customer for; empty where nobody is in. */
	get subject(): string {
		return this.saved?.subject ?? '';
	}

	get verified(): boolean {
		return this.saved?.verified ?? false;
	}

	get cursor(): string {
		return this.store.read<string>('cursor') ?? '0';
	}

	set cursor(id: string) {
		this.store.write('cursor', id);
	}

	get talk(): Talk | undefined {
		return this.store.read<Talk>('talk');
	}

	set talk(talk: Talk | undefined) {
		if (talk) this.store.write('talk', talk);
		else this.store.remove('talk');
		this.changed();
	}

	/**
	 * sign gets a token unless another tab has got one in place of the refused one. The device's id tells
	 * the server that it is still the same customer; then the stream goes on where it was.
	 */
	sign(refused = ''): Promise<void> {
		return this.alone('token', async () => {
			if (this.token && this.token !== refused) return;
			const device = this.store.read<string>('device') ?? uuid();
			// What was written before signing in may join: whoever has this token wrote it.
			const former = this.identity && !this.verified ? this.token : '';
			const answer = await this.api.accessToken(device, this.identity, former);
			// Where the page allowed storage meanwhile, the customer is who was stored.
			if (this.token && this.token !== refused) return;
			const before = this.saved?.subject;
			const subject = answer.context?.endUser?.subject ?? before ?? '';
			this.store.write('device', answer.context?.deviceId ?? device);
			if (before !== subject) this.cursor = answer.lastEventId ?? '0';
			const token: SavedToken = { text: answer.accessToken, end: answer.expiresAt ?? endOf(answer.accessToken), verified: this.identity !== '', subject };
			this.store.write('token', token);
			this.changed();
		});
	}

	/**
	 * renewInTime gets the next token a minute before this one ends. A continuation token would end when
	 * this one does, so it is a new one for the same device. A verified customer's ends for good: the page
	 * is asked for a new identity, in the last tenth of its time where that is less than a minute.
	 */
	renewInTime() {
		clearTimeout(this.renewal);
		const now = this.saved;
		if (!now?.end) return;
		const rest = now.end - Date.now();
		const left = rest - Math.min(marginMs, now.verified ? rest / 10 : marginMs);
		const due = () => (now.verified ? this.ending() : void this.sign(now.text).then(() => this.renewInTime(), () => undefined));
		const later = () => (left > longestMs ? this.renewInTime() : due());
		this.renewal = setTimeout(later, Math.min(Math.max(left, 0), longestMs));
	}

	/** forgetTalk leaves the token: it is another customer's now. */
	forgetTalk() {
		for (const key of ['talk', 'seen', 'got', ...this.store.keys('draft:')]) this.store.remove(key);
	}

	/** forget leaves nothing but the device's id: the next session is a new one on the same device. */
	forget() {
		clearTimeout(this.renewal);
		for (const key of ['token', 'cursor']) this.store.remove(key);
		this.forgetTalk();
		this.changed();
	}
}

/** endOf is when a token ends in milliseconds, 0 where it doesn't say (it need not be a JWT). */
export function endOf(token: string): number {
	try {
		const part = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/');
		const { exp } = JSON.parse(atob(part)) as { exp?: number };
		return typeof exp === 'number' ? exp * 1000 : 0;
	} catch {
		return 0;
	}
}
