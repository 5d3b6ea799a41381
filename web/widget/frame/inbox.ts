// What the page says to the frame is kept until there is somebody to obey it.

import type { ToFrame } from '../protocol.ts';

export class Inbox {
	private readonly waiting: ToFrame[] = [];
	private reader: ((message: ToFrame) => void) | undefined;

	take(message: ToFrame) {
		if (this.reader) this.reader(message);
		else this.waiting.push(message);
	}

	/** read gets everything so far, in its order, and all that comes. */
	read(reader: (message: ToFrame) => void) {
		this.reader = reader;
		this.waiting.splice(0).forEach(reader);
	}
}
