// The staff API over fetch: the session cookie with its CSRF token, problem+json as one error type.

import { t } from '../i18n/index.ts';
import { refused } from '../i18n/said.ts';

/** ApiError is a refusal (status > 0) or a request that got no answer (status 0). */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		text: string,
		/** By JSON path: what is wrong with each input. */
		readonly fields: Record<string, string> = {},
		readonly detail: Record<string, unknown> = {},
		/** Seconds after which to try again, when the server says so. */
		readonly retryAfter = 0
	) {
		super(text);
	}
	/** Nothing was answered: the same request, with the same key, may be sent again. */
	get offline(): boolean {
		return this.status === 0;
	}
	/** The server can't take it now; later it may. */
	get later(): boolean {
		return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
	}
}

let csrf = '';
let onUnauthorized = () => {};

/** authenticate keeps the CSRF token of GET /me and says what to do when the session is over. */
export function authenticate(token: string | undefined, unauthorized: () => void): void {
	csrf = token ?? '';
	onUnauthorized = unauthorized;
}

interface Options {
	body?: unknown;
	/** If-Match: the version that was read. */
	version?: number;
	idempotencyKey?: string;
	signal?: AbortSignal;
	/** The request outlives its page. */
	keepalive?: boolean;
	/** A body that is no JSON, such as a file's text. */
	raw?: { text: string; type: string };
	/** A request without a session, such as the log-in itself. */
	anonymous?: boolean;
}

/**
 * How long an answer may take where asking again is harmless: a connection that died without a word gives none.
 * What only reads is asked up to four times, since dead connections are dropped one by one; each time with more
 * patience, for networks that are alive and slow.
 */
const PATIENCE = 10_000;
const TRIES = 4;

export type Query = Record<string, string | number | boolean | undefined>;

/** path builds an address below /api/v1 with the query's non-empty parts. */
export function path(base: string, query: Query = {}): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value));
	const text = params.toString();
	return text ? `${base}?${text}` : base;
}

async function request<T>(method: string, address: string, options: Options = {}): Promise<T> {
	const harmless = method === 'GET' || options.idempotencyKey !== undefined;
	for (let tries = 1; ; tries++) {
		const patience = harmless ? AbortSignal.timeout(PATIENCE * (method === 'GET' ? tries : TRIES)) : undefined;
		try {
			return await once<T>(method, address, options, patience);
		} catch (cause) {
			// Keyed requests are repeated by who keeps the key.
			if (method !== 'GET' || tries === TRIES || !patience?.aborted || options.signal?.aborted) throw cause;
		}
	}
}

const unanswered = () => new ApiError(0, 'offline', t('fault.offline'));

async function once<T>(method: string, address: string, options: Options, patience: AbortSignal | undefined): Promise<T> {
	const headers = new Headers({ Accept: 'application/json' });
	if (options.body !== undefined) headers.set('Content-Type', 'application/json');
	if (options.raw) headers.set('Content-Type', options.raw.type);
	if (method !== 'GET' && csrf) headers.set('X-CSRF-Token', csrf);
	if (options.version !== undefined) headers.set('If-Match', `"${options.version}"`);
	if (options.idempotencyKey) headers.set('Idempotency-Key', options.idempotencyKey);
	let response: Response;
	try {
		response = await fetch(`/api/v1${address}`, {
			method,
			headers,
			credentials: 'same-origin',
			body: options.raw?.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
			keepalive: options.keepalive,
			signal: patience && options.signal ? AbortSignal.any([patience, options.signal]) : (patience ?? options.signal)
		});
	} catch (cause) {
		if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
		throw unanswered();
	}
	if (response.ok) {
		if (response.status === 204) return undefined as T;
		return (await response.json().catch(() => {
			if (patience?.aborted) throw unanswered(); // it began to answer, and died
			return undefined;
		})) as T;
	}
	throw await refusal(response.status, await response.text().catch(() => ''), response.headers, options.anonymous);
}

async function refusal(status: number, body: string, headers: { get(name: string): string | null }, anonymous = false): Promise<ApiError> {
	let problem: Record<string, unknown> = {};
	try {
		problem = JSON.parse(body) as Record<string, unknown>;
	} catch {
		// A proxy's page: the status has to do.
	}
	if (status === 401 && !anonymous) onUnauthorized();
	const { text, fields } = await refused(problem);
	return new ApiError(status, String(problem['code'] ?? ''), text || t('fault.status', { status }), fields, problem, Number(headers.get('Retry-After')) || 0);
}

export const api = {
	get: <T>(address: string, query?: Query, signal?: AbortSignal) => request<T>('GET', path(address, query), { signal }),
	post: <T>(address: string, body: unknown = {}, options: Options = {}) => request<T>('POST', address, { ...options, body }),
	put: <T>(address: string, body: unknown, options: Options = {}) => request<T>('PUT', address, { ...options, body }),
	/** Posts a file's text as it is. */
	postText: <T>(address: string, text: string, type: string) => request<T>('POST', address, { raw: { text, type } }),
	patch: <T>(address: string, body: unknown, version?: number) => request<T>('PATCH', address, { body, version }),
	delete: (address: string, version?: number) => request<void>('DELETE', address, { version })
};

/** upload posts a file with its progress (0–1). XMLHttpRequest, since fetch reports none. */
export function upload<T>(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		const form = new FormData();
		form.append('file', file, file.name);
		request.open('POST', '/api/v1/files');
		if (csrf) request.setRequestHeader('X-CSRF-Token', csrf);
		request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
		request.onload = async () => {
			if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
			else reject(await refusal(request.status, request.responseText, { get: (name) => request.getResponseHeader(name) }));
		};
		request.onerror = () => reject(unanswered());
		request.onabort = () => reject(new DOMException('', 'AbortError'));
		signal.addEventListener('abort', () => request.abort());
		request.send(form);
	});
}
