// What is on the widget's screen. Live (live.ts) changes it; components read it and call its verbs.

import type { Account } from '../chat/door.ts';
import type { FileStore } from '../chat/file-store.ts';
import type { Labels } from '../chat/labels.ts';
import type { Pending } from '../chat/outbox.ts';
import type { Asking } from '../chat/prechat.ts';
import type { StreamState } from '../chat/stream.ts';
import { emptyTimeline, unreadAfter } from '../chat/timeline.ts';
import type { ServiceConfig } from '../chat/wire.ts';
import type { Live } from './live.ts';
import type { Outgoing } from './outgoing.ts';
import type { PageLink } from './page-link.ts';

/** What components ask for. */
export type Verbs = Pick<Live, 'look' | 'loadEarlier' | 'retry' | 'end' | 'transcript'> & {
	out: { files: Pick<FileStore, 'get'> } & Pick<Outgoing, 'say' | 'choose' | 'answer' | 'startAnew' | 'resend' | 'discard' | 'keep' | 'typed'>;
};

export class Chat {
	phase = $state.raw<'loading' | 'ready' | 'broken' | 'signed-out'>('loading');
	open = $state.raw(false);
	timeline = $state.raw(emptyTimeline());
	unsent = $state.raw<Pending[]>([]);
	/** Share sent (0–1) of the files on their way, by message. */
	progress = $state.raw<Record<string, number>>({});
	stream = $state.raw<StreamState>('live');
	/** The pre-chat that is being asked. */
	asking = $state.raw<Asking>();
	/** Whether there is a conversation on the server. */
	started = $state.raw(false);
	/** Whether older entries may be found on the server, and whether they are on their way. */
	earlier = $state.raw(false);
	loading = $state.raw(false);
	/** What the customer is writing. */
	draft = $state.raw('');
	/** The last message that the customer has seen, in milliseconds of the server. */
	seen = $state.raw(0);
	/** The entry that the other side has just sent, as it came by the stream. */
	arrived = $state.raw('');
	/** Whether the end of the conversation is in view. */
	atEnd = $state.raw(true);

	readonly unread = $derived(unreadAfter(this.timeline, this.seen));
	readonly ended = $derived(this.timeline.session.status === 'Ended' || this.timeline.closed);
	readonly online = $derived(this.stream !== 'away');

	/**
	 * live is what connects this to the server. It is fetched after the window is drawn; what the
	 * customer does before that waits for it.
	 */
	constructor(
		readonly config: ServiceConfig,
		readonly locale: string,
		readonly t: Labels,
		readonly account: Account,
		readonly live: Promise<Verbs>,
		private readonly link: PageLink
	) {}

	/** do hands a verb to Live. */
	async do<T>(verb: (live: Verbs) => T): Promise<Awaited<T>> {
		return await verb(await this.live);
	}

	/** followed tells the page that a link was followed. */
	followed(url: string) {
		this.link.event('onEmbeddedMessageLinkClicked', { link: url, url });
	}

	/** leave hands the window back to the page, for good when the conversation has ended. */
	leave() {
		this.link.say({ type: 'minimise', closed: this.ended });
	}
}
