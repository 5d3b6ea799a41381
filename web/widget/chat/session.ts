// The customer's session with the server: the token, the device's id, the cursor of the stream and
// which conversation is going on. All tabs share it; whoever changes it tells the others.

import { Refusal, type Api } from './api.ts';
import { uuid, type Store } from './storage.ts';

/** The conversation as this browser knows it. */
export interface Talk {
	id: string;
	/** Whether the server has it. Until then the pre-chat's values wait here. */
	made: boolean;
	attributes: Record<string, string>;
}

interface SavedToken {
	text: string;
	/** A token of a verified customer ends with the identity that it came from. */
	verified: boolean;
}

/** A token is renewed so long before it ends. */
const marginMs = 60_000;
/** The longest that timers can wait. */
const longestMs = 2 ** 31 - 1;

export class Session {
	/** JWT that the page gave, or empty. */
	identity = '';
	private renewal: ReturnType<typeof setTimeout> | undefined;

	/** alone runs work in one tab at a time; changed is called after this tab wrote. */
	constructor(
		private readonly api: Api,
		private readonly store: Store,
		private readonly alone: (what: string, work: () => Promise<void>) => Promise<void>,
		private readonly changed: () => void
	) {}

	get token(): string {
		return this.store.read<SavedToken>('token')?.text ?? '';
	}

	get verified(): boolean {
		return this.store.read<SavedToken>('token')?.verified ?? false;
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

	/** sign gets a token unless another tab has got one in place of the refused one. */
	sign(refused = ''): Promise<void> {
		return this.alone('token', async () => {
			if (this.token && this.token !== refused) return;
			const device = this.store.read<string>('device') ?? uuid();
			const answer = await this.api.accessToken(device, this.identity);
			this.store.write('device', answer.context?.deviceId ?? device);
			this.store.write('cursor', answer.lastEventId ?? '0');
			this.keep(answer.accessToken);
		});
	}

	/** renewInTime asks for the next token before this one ends, where tokens say when they end. */
	renewInTime() {
		clearTimeout(this.renewal);
		const end = endOf(this.token);
		if (!end) return;
		this.renewal = setTimeout(() => void this.renew(end), Math.min(Math.max(end - Date.now() - marginMs, 0), longestMs));
	}

	/** forget leaves nothing but the device's id: the next session is a new one on the same device. */
	forget() {
		clearTimeout(this.renewal);
		for (const key of ['token', 'cursor', 'talk', 'seen']) this.store.remove(key);
		this.changed();
	}

	private async renew(end: number) {
		if (end - Date.now() > marginMs * 2) return this.renewInTime();
		try {
			await this.alone('token', async () => {
				if (endOf(this.token) > end) return;
				const { accessToken } = await this.api.continuation(this.token);
				// A continuation that ends no later wins nothing: the session then ends by 401, as any does.
				if (endOf(accessToken) > end) this.keep(accessToken);
			});
			if (endOf(this.token) > end) this.renewInTime();
		} catch (error) {
			if (!(error instanceof Refusal)) this.renewal = setTimeout(() => void this.renew(end), marginMs / 4);
		}
	}

	private keep(token: string) {
		this.store.write('token', { text: token, verified: this.identity !== '' });
		this.renewInTime();
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
