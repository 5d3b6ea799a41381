// The sandbox's API over fetch: the staff session's cookie, with its CSRF token where there is one.

/** Refusal is an answer that says no, or no answer at all (status 0). */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		text: string
	) {
		super(text);
	}
}

interface Me {
	csrf?: string;
	organisation?: { key: string };
}

/** A read of the staff API; undefined for who has no session, or may not. */
async function staff<T>(path: string): Promise<T | undefined> {
	const response = await fetch(`/api/v1${path}`, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => undefined);
	return response?.ok ? ((await response.json()) as T) : undefined;
}

let asked: Promise<Me | undefined> | undefined;
const me = () => (asked ??= staff<Me>('/me'));

/** widgetPage is the address of a page with the widget, for the first deployment that is published. */
export async function widgetPage(): Promise<string> {
	const [own, deployments] = await Promise.all([me(), staff<{ items: { api_name: string; published?: unknown }[] }>('/deployments')]);
	const deployment = deployments?.items.find((d) => d.published);
	if (!own?.organisation || !deployment) return '/sandbox/web';
	return `/sandbox/web?${new URLSearchParams({ org: own.organisation.key, deployment: deployment.api_name })}`;
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
	const headers = new Headers({ Accept: 'application/json' });
	const form = body instanceof FormData;
	if (body !== undefined && !form) headers.set('Content-Type', 'application/json');
	if (method !== 'GET') {
		const value = (await me())?.csrf;
		if (value) headers.set('X-CSRF-Token', value);
	}
	let response: Response;
	try {
		response = await fetch(`/sandbox/api${path}`, { method, headers, credentials: 'same-origin', body: form ? body : body === undefined ? undefined : JSON.stringify(body) });
	} catch {
		throw new Refusal(0, 'The server can’t be reached right now.');
	}
	if (response.status === 204) return undefined as T;
	const text = await response.text();
	if (response.ok) return JSON.parse(text) as T;
	let says = `The server answered with status ${response.status}.`;
	try {
		const problem = JSON.parse(text) as { detail?: string; title?: string };
		says = problem.detail ?? problem.title ?? says;
	} catch {
		// Not a problem document: the status has to do.
	}
	throw new Refusal(response.status, says);
}
