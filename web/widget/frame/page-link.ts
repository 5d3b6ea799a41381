// The frame's end of the line to the page that embeds it.

import { envelope, opened, type ToFrame, type ToPage } from '../protocol.ts';

export class PageLink {
	/**
	 * origin is what the page's script says the page is. Which pages may embed the frame is the server's
	 * word (frame-ancestors); this makes sure that nobody but that page reads or writes here.
	 */
	constructor(
		private readonly origin: string,
		hear: (message: ToFrame) => void
	) {
		addEventListener('message', (event) => {
			if (event.source !== parent || event.origin !== origin) return;
			const message = opened<ToFrame>(event.data);
			if (message) hear(message);
		});
	}

	say(message: ToPage) {
		parent.postMessage(envelope(message), this.origin);
	}

	/** event becomes an event of the page's window. */
	event(name: string, detail: unknown = {}) {
		this.say({ type: 'event', name, detail });
	}
}

/** originOf is the origin in the frame's address, if it is one that a page can have and the browser doesn't contradict it. */
export function originOf(claimed: string | null): string | undefined {
	if (!claimed || !/^https?:\/\//.test(claimed) || new URL(claimed).origin !== claimed) return undefined;
	const known = location.ancestorOrigins?.[0];
	return known === undefined || known === claimed ? claimed : undefined;
}
