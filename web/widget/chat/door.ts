// The door of the customer API: what anybody may ask, and how every call is made. Tokens come in, answers
// go out, and what went wrong is one of two errors that callers tell apart.

import type { ServiceConfig } from './wire.ts';

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

/** The longest that an answer may take. */
export const answerWithinMs = 20_000;

export class Door {
	constructor(readonly account: Account) {}

	config = (): Promise<{ embeddedServiceConfig: ServiceConfig }> => this.get('', `/embeddedservice/v1/embedded-service-config?${this.named('language', this.account.language)}`);

	/** businessHours are the coming open times in milliseconds; undefined where none are set: always open. */
	async businessHours(): Promise<{ startTime: number; endTime: number }[] | undefined> {
		const response = await this.call('', 'GET', `/embeddedservice/v1/businesshours?${this.named()}`);
		if (response.status === 204) return undefined;
		const body = (await response.json()) as { businessHoursInfo?: { businessHours?: { startTime: number; endTime: number }[] } };
		return body.businessHoursInfo?.businessHours;
	}

	protected named(key?: string, value?: string): string {
		const query = new URLSearchParams({ orgId: this.account.org, esConfigName: this.account.deployment });
		if (key && value) query.set(key, value);
		return query.toString();
	}

	protected get<T>(token: string, path: string): Promise<T> {
		return this.json(token, 'GET', path);
	}

	protected async json<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
		const response = await this.call(token, method, path, body);
		try {
			return (await response.json()) as T;
		} catch {
			// Cut off in the middle, or some other machine's page in between.
			throw new Unreachable();
		}
	}

	protected call(token: string, method: string, path: string, body?: unknown): Promise<Response> {
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

	protected async fetch(path: string, request: RequestInit): Promise<Response> {
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

/** refusal reads an answer that is no success. */
export function refusal(status: number, body: string, retryAfter: string | null): Refusal {
	let code = '';
	try {
		code = String((JSON.parse(body) as { code?: unknown }).code ?? '');
	} catch {
		// Not JSON: the status says enough.
	}
	return new Refusal(status, code, (Number(retryAfter) || 0) * 1000);
}
