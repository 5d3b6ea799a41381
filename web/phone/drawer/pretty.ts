// The log's bodies for people: JSON and forms laid out, and one line that says what a call was about.
import type { Exchange } from '../types.ts';

/** pretty lays out JSON and forms; anything else stays as it is. */
export function pretty(body: string): string {
	const text = body.trim();
	if (text.startsWith('{') || text.startsWith('[')) {
		try {
			return JSON.stringify(JSON.parse(text), undefined, 2);
		} catch {
			return text; // cut short by the log
		}
	}
	if (/^[\w.%-]+=/.test(text) && !/\s/.test(text)) {
		return [...new URLSearchParams(text)].map(([name, value]) => `${name} = ${value}`).join('\n');
	}
	return text;
}

/** shortened is an address without its origin and with long ids cut. */
export function shortened(url: string): string {
	return url
		.replace(/^https?:\/\/[^/]+/, '')
		.replace(/^\/sandbox\/(graph|twilio)/, '')
		.replace(/[\w-]{20,}/g, (id) => `${id.slice(0, 6)}…`);
}

interface Said {
	type?: string;
	status?: string;
	typing_indicator?: unknown;
}

/** summary names what a call said: "text", "status delivered", "read". */
export function summary(e: Exchange): string {
	if (e.note === 'subscription check') return 'subscription check';
	const form = new URLSearchParams(e.request);
	if (form.has('MessageStatus')) return `status ${form.get('MessageStatus')}`;
	if (form.has('MessageSid')) return form.get('OptOutType') ? `message (${form.get('OptOutType')})` : 'message';
	if (form.has('To') && e.kind === 'api') return form.has('MediaUrl') ? 'send picture' : 'send text';
	if (e.kind === 'api' && e.method === 'GET') return 'look-up';
	if (e.request.startsWith('[form')) return 'upload a file';
	try {
		const body = JSON.parse(e.request) as Said & { entry?: { changes?: { value?: { messages?: Said[]; statuses?: Said[] } }[] }[] };
		const value = body.entry?.[0]?.changes?.[0]?.value;
		if (value?.statuses?.[0]) return `status ${value.statuses[0].status}`;
		if (value?.messages?.[0]) return `message: ${value.messages[0].type}`;
		if (body.status === 'read') return body.typing_indicator ? 'typing' : 'read';
		if (body.type) return `send ${body.type}`;
	} catch {
		// Cut short by the log.
	}
	return e.kind === 'webhook' ? 'webhook' : 'call';
}
