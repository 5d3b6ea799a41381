// The invitation beside the launcher, where the deployment begins by itself: after its time, to those who
// have not begun, and not again to who has put it away. Where nothing may be kept nobody is invited, since
// they would be on every page.

import type { Store } from '../chat/storage.ts';
import type { ServiceConfig } from '../chat/wire.ts';

/** Who has put it away, or has opened the window, is left alone for so long. */
const restMs = 30 * 24 * 3_600_000;
/** The longest that timers can wait. */
const longestMs = 2 ** 31 - 1;

export class Invitation {
	private waiting: ReturnType<typeof setTimeout> | undefined;
	private readonly afterMs: number | undefined;

	/** idle tells whether the customer has begun nothing; invite asks the page to show it. */
	constructor(
		config: ServiceConfig,
		private readonly store: Store,
		private readonly idle: () => boolean,
		private readonly invite: () => void
	) {
		const after = config.settings?.invitation?.afterSeconds;
		this.afterMs = after === undefined ? undefined : Math.min(after * 1000, longestMs);
		this.arm();
	}

	/** arm begins to wait, once. The time counts from when the page was opened. */
	arm() {
		if (this.afterMs === undefined || this.waiting !== undefined || !this.store.lasting || this.rests()) return;
		this.waiting = setTimeout(() => this.idle() && this.store.lasting && !this.rests() && this.invite(), Math.max(0, this.afterMs - performance.now()));
	}

	/** over remembers that this customer needs no invitation. */
	over() {
		if (this.afterMs !== undefined) this.store.write('invited', Date.now());
	}

	private rests = () => Date.now() - (this.store.read<number>('invited') ?? 0) < restMs;
}
