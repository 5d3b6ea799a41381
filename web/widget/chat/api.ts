// Calls of the customer API by somebody with a token. Nothing here remembers or decides.

import { Door, Refusal, refusal, Unreachable } from './door.ts';
import type { ConversationItem, WireEntry } from './wire.ts';
import { uuid } from './uuid.ts';

export interface TokenAnswer {
	accessToken: string;
	lastEventId?: string;
	/** Milliseconds since 1970. */
	expiresAt?: number;
	context?: { deviceId?: string; endUser?: { subject?: string } };
}

/** Events after a cursor, as frames of the stream. */
export interface Polled {
	lastEventId: string;
	/** The cursor was of no use: the history must be read afresh. */
	resync: boolean;
	events: { id?: string; event: string; data: unknown }[];
}

/** What goes with a message besides it: the pre-chat's values where it begins a session, and what the page says. */
export interface Beside {
	attributes?: Record<string, string>;
	autoResponse?: Record<string, string>;
}

/** The most entries that the API gives at once. */
export const pageSize = 50;
const root = '/iamessage/api/v2';

export class Api extends Door {
	accessToken(deviceId: string, identity: string, former: string): Promise<TokenAnswer> {
		const body = {
			orgId: this.account.org,
			esDeveloperName: this.account.deployment,
			capabilitiesVersion: '1',
			platform: 'Web',
			deviceId,
			context: { appName: 'switchboard-widget', clientVersion: '1' },
			...(identity && { authorizationType: 'JWT', customerIdentityToken: identity, unverifiedAccessToken: former || undefined })
		};
		const kind = identity ? 'authenticated' : 'unauthenticated';
		return this.json('', 'POST', `${root}/authorization/${kind}/access-token`, body);
	}

	revoke = (token: string) => this.call(token, 'DELETE', `${root}/authorization/authenticated/access-token`);

	conversations = (token: string): Promise<{ conversations?: ConversationItem[] }> =>
		this.get(token, `${root}/conversation/list?inclClosedConvs=false&limit=50`);

	/** start makes the conversation; making it again with the same id is harmless. */
	async start(token: string, conversation: string, beside: Beside): Promise<void> {
		try {
			await this.call(token, 'POST', `${root}/conversation`, {
				conversationId: conversation,
				esDeveloperName: this.account.deployment,
				routingAttributes: beside.attributes,
				autoResponseParameters: beside.autoResponse,
				language: this.account.language
			});
		} catch (error) {
			if (error instanceof Refusal && error.status === 409) return;
			throw error;
		}
	}

	/** entries are the newest first, at most a page; those until a time, and of some types, where asked for. */
	async entries(token: string, conversation: string, { until, types }: { until?: number; types?: string } = {}): Promise<WireEntry[]> {
		const page = new URLSearchParams({ limit: String(pageSize), direction: 'FromEnd' });
		if (until !== undefined) page.set('endTimestamp', String(until));
		if (types) page.set('entryTypeFilter', types);
		const body = await this.get<{ conversationEntries?: WireEntry[] }>(token, `${root}/conversation/${conversation}/entries?${page}`);
		return body.conversationEntries ?? [];
	}

	/** messageBody is what POST message takes, and the JSON part of POST file. */
	messageBody = (message: Record<string, unknown>, { attributes, autoResponse }: Beside) => ({
		message,
		esDeveloperName: this.account.deployment,
		language: this.account.language,
		autoResponseParameters: autoResponse,
		...(attributes && { isNewMessagingSession: true, routingAttributes: attributes })
	});

	message = (token: string, conversation: string, body: unknown) => this.call(token, 'POST', `${root}/conversation/${conversation}/message`, body);

	typing = (token: string, conversation: string, started: boolean) =>
		this.call(token, 'POST', `${root}/conversation/${conversation}/entry`, {
			entryType: started ? 'TypingStartedIndicator' : 'TypingStoppedIndicator',
			id: uuid()
		});

	acknowledge = (token: string, conversation: string, entryType: 'Delivery' | 'Read', entries: string[]) =>
		this.call(token, 'POST', `${root}/conversation/${conversation}/acknowledge-entries`, {
			acks: entries.map((conversationEntryId) => ({ id: uuid(), entryType, conversationEntryId }))
		});

	endSession = (token: string, conversation: string) =>
		this.call(token, 'DELETE', `${root}/conversation/${conversation}/session?esDeveloperName=${encodeURIComponent(this.account.deployment)}`);

	async transcript(token: string, conversation: string): Promise<{ blob: Blob; name: string }> {
		const response = await this.call(token, 'GET', `${root}/conversation/${conversation}/transcript?${new URLSearchParams({ esDeveloperName: this.account.deployment, language: this.account.language })}`);
		const name = /filename="?([^";]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
		return { blob: await response.blob(), name: name ?? 'conversation.txt' };
	}

	/** stream opens the event stream after a cursor. The caller reads the body and aborts. */
	stream(token: string, cursor: string, signal: AbortSignal): Promise<Response> {
		return this.fetch(`/eventrouter/v1/sse?_ts=${Date.now()}`, {
			headers: {
				Accept: 'text/event-stream',
				Authorization: `Bearer ${token}`,
				'X-Org-Id': this.account.org,
				'Last-Event-Id': cursor
			},
			cache: 'no-store',
			signal
		});
	}

	/** poll asks for the events after a cursor; the server waits so many seconds for one. The caller aborts. */
	async poll(token: string, cursor: string, seconds: number, signal: AbortSignal): Promise<Polled> {
		const response = await this.fetch(`/eventrouter/v1/poll?wait=${seconds}`, {
			headers: { Authorization: `Bearer ${token}`, 'X-Org-Id': this.account.org, 'Last-Event-Id': cursor },
			cache: 'no-store',
			signal
		});
		try {
			return (await response.json()) as Polled;
		} catch {
			throw new Unreachable();
		}
	}

	/** upload posts a file by XMLHttpRequest, which alone tells how far it is (0–1). */
	upload(token: string, conversation: string, body: unknown, file: Blob, name: string, progress: (share: number) => void, signal: AbortSignal): Promise<void> {
		const form = new FormData();
		form.append('messageEntry', new Blob([JSON.stringify(body)], { type: 'application/json' }));
		form.append('fileData', file, name);
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open('POST', `${this.account.base}${root}/conversation/${conversation}/file`);
			request.setRequestHeader('Authorization', `Bearer ${token}`);
			request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
			signal.addEventListener('abort', () => request.abort());
			request.onerror = request.onabort = () => reject(new Unreachable());
			request.onload = () => {
				if (request.status >= 200 && request.status < 300) return resolve();
				reject(refusal(request.status, request.responseText, request.getResponseHeader('Retry-After')));
			};
			request.send(form);
		});
	}
}
