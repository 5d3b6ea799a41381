// Server-sent events read from a fetch body: EventSource can't send the headers that the customer
// API asks for.

/** One event of the stream. id is absent for ephemeral ones (typing). */
export interface Frame {
	id?: string;
	event: string;
	data: string;
}

/** SseParser cuts a stream of text, however it is chunked, into frames. */
export class SseParser {
	private rest = '';

	/** feed takes the next piece and returns the frames that it completes. */
	feed(chunk: string): Frame[] {
		// A lone CR at the end may be the first half of CRLF: it waits for the next piece.
		const text = this.rest + chunk;
		const held = text.endsWith('\r') ? 1 : 0;
		const whole = text.slice(0, text.length - held).replace(/\r\n?/g, '\n');
		const blocks = whole.split('\n\n');
		this.rest = blocks.pop()! + text.slice(text.length - held);
		return blocks.flatMap(frameOf);
	}
}

function frameOf(block: string): Frame[] {
	const frame: Frame = { event: 'message', data: '' };
	const data: string[] = [];
	for (const line of block.split('\n')) {
		const colon = line.indexOf(':');
		if (colon === 0) continue;
		const field = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (field === 'data') data.push(value);
		else if (field === 'event') frame.event = value;
		else if (field === 'id') frame.id = value;
	}
	frame.data = data.join('\n');
	return data.length > 0 ? [frame] : [];
}
