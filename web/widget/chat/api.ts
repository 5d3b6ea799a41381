// Calls of the customer API. Nothing here remembers or decides: tokens come in, answers go out, and
// what went wrong is one of two errors that callers tell apart.

import type { ConversationItem, ServiceConfig, WireEntry } from './wire.ts';
import { uuid } from './uuid.ts';

/** The server answered, and not with success. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		/** The server's own word for it, when it has one. */
		readonly code: string,
		/** How long it asks to wait, or 0. */
		readonly afterMs: number
	) {
		super(`${status} ${code}`);
	}
}

/** No answer: no network, a server that is away. Whether it took the call is unknown. */
export class Unreachable extends Error {}

export interface Account {
	/** Origin of the API, without a slash at the end. */
	base: string;
	org: string;
	deployment: string;
	/** Language of labels and of what the customer writes. */
	language: string;
}

export interface TokenAnswer {
	accessToken: string;
	lastEventId?: string;
	/** Milliseconds since 1970. */
	expiresAt?: number;
	context?: { deviceId?: string; endUser?: { subject?: string } };
}

/** What goes with a message besides it: the pre-chat's values where it begins a session, and what the page says. */
export interface Beside {
	attributes?: Record<string, string>;
	autoResponse?: Record<string, string>;
}

const answerWithinMs = 20_000;
/** The most entries that the API gives at once. */
export const pageSize = 50;
const root = '/iamessage/api/v2';

export class Api {
	constructor(readonly account: Account) {}

	config = (): Promise<{ embeddedServiceConfig: ServiceConfig }> => this.get('', `/embeddedservice/v1/embedded-service-config?${this.named('language', this.account.language)}`);

	/** businessHours are the coming open times in milliseconds; undefined where none are set: always open. */
	async businessHours(): Promise<{ startTime: number; endTime: number }[] | undefined> {
		const response = await this.call('', 'GET', `/embeddedservice/v1/businesshours?${this.named()}`);
		if (response.status === 204) return undefined;
		const body = (await response.json()) as { businessHoursInfo?: { businessHours?: { startTime: number; endTime: number }[] } };
		return body.businessHoursInfo?.businessHours;
	}

	accessToken(deviceId: string, identity: string): Promise<TokenAnswer> {
		const body = {
			orgId: this.account.org,
			esDeveloperName: this.account.deployment,
			capabilitiesVersion: '1',
			platform: 'Web',
			deviceId,
			context: { appName: 'switchboard-widget', clientVersion: '1' },
			...(identity && { authorizationType: 'JWT', customerIdentityToken: identity })
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
		const response = await this.call(token, 'GET', `${root}/conversation/${conversation}/transcript?esDeveloperName=${encodeURIComponent(this.account.deployment)}`);
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

	/** upload posts a file by XMLHttpRequest, which alone tells how far it is (0–1). */
	upload(token: string, conversation: string, body: unknown, file: Blob, name: string, progress: (share: number) => void): Promise<void> {
		const form = new FormData();
		form.append('messageEntry', new Blob([JSON.stringify(body)], { type: 'application/json' }));
		form.append('fileData', file, name);
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open('POST', `${this.account.base}${root}/conversation/${conversation}/file`);
			request.setRequestHeader('Authorization', `Bearer ${token}`);
			request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
			request.onerror = request.onabort = () => reject(new Unreachable());
			request.onload = () => {
				if (request.status >= 200 && request.status < 300) return resolve();
				reject(refusal(request.status, request.responseText, request.getResponseHeader('Retry-After')));
			};
			request.send(form);
		});
	}

	private named(key?: string, value?: string): string {
		const query = new URLSearchParams({ orgId: this.account.org, esConfigName: this.account.deployment });
		if (key && value) query.set(key, value);
		return query.toString();
	}

	private get<T>(token: string, path: string): Promise<T> {
		return this.json(token, 'GET', path);
	}

	private async json<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
		const response = await this.call(token, method, path, body);
		try {
			return (await response.json()) as T;
		} catch {
			// Cut off in the middle, or some other machine's page in between.
			throw new Unreachable();
		}
	}

	private call(token: string, method: string, path: string, body?: unknown): Promise<Response> {
		return this.fetch(path, {
			method,
			headers: {
				...(token && { Authorization: `Bearer ${token}` }),
				...(body !== undefined && { 'Content-Type': 'application/json' })
			},
			body: body === undefined ? undefined : JSON.stringify(body),
			cache: 'no-store',
			signal: AbortSignal.timeout(answerWithinMs)
		});
	}

	private async fetch(path: string, request: RequestInit): Promise<Response> {
		let response: Response;
		try {
			response = await fetch(this.account.base + path, { ...request, credentials: 'omit' });
		} catch {
			throw new Unreachable();
		}
		if (!response.ok) throw refusal(response.status, await response.text().catch(() => ''), response.headers.get('Retry-After'));
		return response;
	}
}

function refusal(status: number, body: string, retryAfter: string | null): Refusal {
	let code = '';
	try {
		code = String((JSON.parse(body) as { code?: unknown }).code ?? '');
	} catch {
		// Not JSON: the status says enough.
	}
	return new Refusal(status, code, (Number(retryAfter) || 0) * 1000);
}
