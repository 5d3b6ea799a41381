// What the peer tests need of a running server: the ready line of `switchboard demo` (docs/operations.md),
// as JSON in SWITCHBOARD_READY or in a file named by SWITCHBOARD_READY_FILE.
import { readFileSync } from 'node:fs';

function line() {
	const { SWITCHBOARD_READY: text, SWITCHBOARD_READY_FILE: file } = process.env;
	if (text) return text;
	if (file) return readFileSync(file, 'utf8').split('\n').find((l) => l.startsWith('{'));
	throw new Error('Set SWITCHBOARD_READY to the ready line of `switchboard demo`, or SWITCHBOARD_READY_FILE to a file with it.');
}

export const ready = JSON.parse(line());

/** The demo's channel of a type, with everything its provider would know. */
export const channel = (type) => ready.channels.find((c) => c.type === type);

async function json(method, address, body) {
	const response = await fetch(address, {
		method,
		headers: { Authorization: `Bearer ${ready.api_key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
		body: body === undefined ? undefined : JSON.stringify(body)
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`);
	return text ? JSON.parse(text) : undefined;
}

export const staff = (method, path, body) => json(method, `${ready.url}/api/v1${path}`, body);
export const sandbox = (method, path, body) => json(method, `${ready.url}/sandbox/api${path}`, body);

/** until asks again until the answer is there, for 10 seconds at most. */
export async function until(what, ask) {
	for (const end = Date.now() + 10_000; Date.now() < end; ) {
		const answer = await ask();
		if (answer) return answer;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`never: ${what}`);
}

/** entries with this text, over all conversations: one message must be one entry. */
export async function entriesWith(text) {
	const { items } = await staff('GET', '/conversations?scope=all&limit=50');
	const lists = await Promise.all(items.map((c) => staff('GET', `/conversations/${c.id}/entries?limit=100`)));
	return lists.flatMap((l) => l.items).filter((e) => e.content?.text === text);
}

/** A number of nobody else, and a text that is found again. */
export const someone = () => `+1555${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
export const unique = (text) => `${text} ${Math.random().toString(36).slice(2, 10)}`;
