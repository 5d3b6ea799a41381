// What happens: the session with the server and the conversation's entries as they come. It changes what
// Chat shows; what goes out is Outgoing's.

import { Api, pageSize } from '../chat/api.ts';
import { Refusal, Unreachable, type Account } from '../chat/door.ts';
import { apply, applyAll } from '../chat/entries.ts';
import { Session } from '../chat/session.ts';
import type { Frame } from '../chat/sse.ts';
import { openStore, type Store } from '../chat/storage.ts';
import { retryMs } from '../chat/retry.ts';
import { follow, told, type StreamOwner } from '../chat/stream.ts';
import { Tabs, type Word } from '../chat/tabs.ts';
import { emptyTimeline } from '../chat/timeline.ts';
import type { WireEntry, WireEvent } from '../chat/wire.ts';
import { uuid } from '../chat/uuid.ts';
import type { Pending } from '../chat/outbox.ts';
import type { PageSettings } from '../protocol.ts';
import type { Chat } from './chat.svelte.ts';
import { Invitation } from './invitation.ts';
import { Outgoing } from './outgoing.ts';
import type { PageLink } from './page-link.ts';

/** What tabs pass on to each other: an event of the stream, or a message that one of them has sent. */
type Shared = { frame: Frame } | { sent: Pending };

/** A colleague's typing that nobody took back is over by then. */
const typingFadesMs = 15_000;
/** Links to files are good for a quarter of an hour; an open window has younger ones. */
const linksFadeMs = 10 * 60_000;

/** A page is asked for an identity no more often than this. */
const identityRestMs = 5000;

/** The page's own names of what the stream tells. */
const pageEvents: Record<string, string> = {
	CONVERSATION_PARTICIPANT_CHANGED: 'onEmbeddedMessagingConversationParticipantChanged',
	CONVERSATION_ROUTING_RESULT: 'onEmbeddedMessagingConversationRouted',
	CONVERSATION_SESSION_STATUS_CHANGED: 'onEmbeddedMessagingSessionStatusUpdate',
	CONVERSATION_CLOSE_CONVERSATION: 'onEmbeddedMessagingConversationClosed',
	CONVERSATION_DELIVERY_ACKNOWLEDGEMENT: 'onEmbeddedMessageDelivered',
	CONVERSATION_READ_ACKNOWLEDGEMENT: 'onEmbeddedMessageRead'
};

/** begin connects the window to the server, and goes on with a session that this browser has. */
export function begin(chat: Chat, account: Account, link: PageLink, page: PageSettings): Live {
	const { base, org, deployment } = account;
	const name = `switchboard:${base}|${org}|${deployment}`;
	const store = openStore(`${name}:`, page.storage === 'allowed');
	return new Live(chat, new Api(account), store, link, name, page);
}

export class Live {
	readonly out: Outgoing;
	private readonly session: Session;
	private readonly invitation: Invitation;
	private tabs: Tabs<Shared>;
	/** Whether this tab stands for leader. */
	private stood = false;
	/** Whether the token is good and the conversation found. */
	private inside = false;
	private entering: Promise<void> | undefined;
	/** Opens the stream again once there is a token. */
	private reopen: (() => void) | undefined;
	private readonly network = new EventTarget();
	private fading: ReturnType<typeof setTimeout> | undefined;
	private loadedAt = 0;
	/** The time of the oldest entry that was read. */
	private oldest = Infinity;
	/** When the page was asked for an identity, and when it is again. */
	private asked = 0;
	private asking: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly chat: Chat,
		private readonly api: Api,
		private readonly store: Store,
		private readonly link: PageLink,
		private readonly name: string,
		private page: PageSettings
	) {
		this.tabs = this.tabsNow();
		const alone = (what: string, work: () => Promise<void>) => this.tabs.alone(what, work);
		this.session = new Session(api, store, alone, () => this.changed(), () => this.askIdentity());
		this.session.identity = page.identity;
		this.out = new Outgoing(chat, api, store, this.session, link, name, {
			page: () => this.page,
			alone,
			changed: () => this.changed(),
			sent: (item) => this.tabs.say({ kind: 'event', event: { sent: item } }),
			renew: (refused) => this.renew(refused),
			wake: () => this.network.dispatchEvent(new Event('wake'))
		});
		chat.seen = store.read<number>('seen') ?? 0;
		document.addEventListener('visibilitychange', () => this.look());
		addEventListener('online', () => {
			for (const word of ['back', 'wake']) this.network.dispatchEvent(new Event(word));
			this.out.kick();
		});
		addEventListener('offline', () => this.away());
		setInterval(() => this.freshen(), linksFadeMs);
		if (page.storage === 'denied') this.forgetStored();
		if (this.session.token) void this.enter();
		this.invitation = new Invitation(chat.config, store, () => !this.session.talk && !chat.open, () => link.say({ type: 'invite' }));
	}

	/** tabsNow are the tabs that share this one's storage: without one, this tab is alone. */
	private tabsNow() {
		const name = this.store.lasting ? this.name : `${this.name}:${uuid()}`;
		return new Tabs<Shared>(name, (signal) => this.lead(signal), (word) => this.hear(word));
	}

	// ---- coming and going

	show() {
		this.invitation.over();
		// Who was never here has no conversation to be found: the answers can be given while the server is asked.
		if (this.isNew() && !this.chat.asking) this.out.askFirst();
		void this.enter();
		this.freshen();
		this.look();
	}

	/** isNew: nothing on this browser or in the page says who it is. */
	private isNew(): boolean {
		const mustSignIn = this.chat.config.embeddedServiceMessagingChannel?.authMode === 'Auth';
		return !mustSignIn && !this.session.identity && !this.session.token && !this.session.talk && this.store.read('device') === undefined;
	}

	/** uninvited: the customer has put the invitation away. */
	uninvited() {
		this.invitation.over();
	}

	/** settings takes what the page has changed. A new identity starts a new session, or goes on with an expired one. */
	settings(page: PageSettings) {
		const other = page.identity !== this.page.identity && page.identity !== '';
		const storage = page.storage !== this.page.storage;
		this.page = page;
		if (storage) this.keep(page.storage === 'allowed');
		if (!other) return;
		this.session.identity = page.identity;
		const known = this.session.token !== '';
		if (!this.chat.open && !known) return;
		// Who is on their way in may be another customer, whom this browser knew before.
		const anew = () => void this.enter(this.session.token);
		if (this.entering) void this.entering.then(anew);
		else anew();
	}

	/** keep follows what the page says of storage. A conversation that is going on in this tab goes before one that was stored. */
	private keep(allowed: boolean) {
		const before = this.session.talk?.id;
		if (!allowed) this.forgetStored();
		else if (this.store.allow(before ? 'here' : 'there')) void this.out.files.allow();
		this.tabs.stop();
		this.tabs = this.tabsNow();
		if (this.stood) this.tabs.run();
		if (allowed) this.invitation.arm();
		this.out.read();
		this.chat.seen = this.store.read<number>('seen') ?? this.chat.seen;
		if (!allowed || before) return;
		// What was stored is taken up where nothing was going on.
		this.inside = false;
		if (this.session.talk) this.chat.asking = undefined;
		if (this.session.token && (this.chat.open || this.session.talk)) void this.enter();
	}

	private forgetStored() {
		this.store.deny();
		this.out.files.deny();
	}

	/** clear ends the session on this browser, as when the customer signs out of the page. */
	async clear() {
		const token = this.session.token;
		if (token) await this.api.revoke(token).catch(() => undefined);
		this.out.forget();
		this.leave();
		this.store.remove('device');
		this.store.remove('invited');
		this.session.identity = '';
		this.link.say({ type: 'cleared' });
	}

	retry() {
		this.chat.phase = 'loading';
		void this.enter();
	}

	/**
	 * enter gets a token where there is none, or in place of a refused one, finds the conversation and
	 * goes live. However often it is called, it happens once at a time.
	 */
	private enter(refused = ''): Promise<void> {
		if (this.inside && !refused) return Promise.resolve();
		this.entering ??= this.goIn(refused).finally(() => (this.entering = undefined));
		return this.entering;
	}

	private async goIn(refused: string): Promise<void> {
		const mustSignIn = this.chat.config.embeddedServiceMessagingChannel?.authMode === 'Auth';
		if (mustSignIn && !this.session.identity && !this.session.token) {
			this.chat.phase = 'signed-out';
			return;
		}
		for (let attempt = 1; ; attempt++) {
			try {
				const before = this.session.subject;
				await this.session.sign(refused);
				if (before && this.session.subject !== before) this.change();
				await this.find();
				break;
			} catch (error) {
				const out = error instanceof Refusal && error.status === 401;
				// Only the page can bring an identity: there is none yet, or what it brought is none any more.
				if (out && ((mustSignIn && !this.session.identity) || error.code === 'identity_refused')) {
					this.inside = false;
					this.chat.phase = 'signed-out';
					this.askIdentity();
					return;
				}
				if (out && this.session.token !== refused) {
					refused = this.session.token;
				} else if (error instanceof Refusal && error.status < 500 && error.status !== 429) {
					this.chat.phase = 'broken';
					return;
				} else if (!(error instanceof Refusal || error instanceof Unreachable)) {
					throw error;
				}
				this.away();
				await Promise.race([new Promise((done) => setTimeout(done, retryMs(attempt, Math.random()))), told(this.network, 'wake')]);
			}
		}
		this.inside = true;
		this.chat.phase = 'ready';
		this.chat.stream = 'live';
		clearTimeout(this.asking);
		this.session.renewInTime();
		if (!this.stood) this.tabs.run();
		this.stood = true;
		this.reopen?.();
		this.out.kick();
	}

	/** find is the conversation that goes on: the one this browser knows, or an open one of the same customer. */
	private async find(): Promise<void> {
		const token = this.session.token;
		const { conversations = [] } = await this.api.conversations(token);
		if (this.session.token !== token) return this.find(); // another customer's, stored before: storage was allowed meanwhile
		const known = this.session.talk;
		const current = conversations.find((one) => one.conversationId === known?.id) ?? conversations.find((one) => !one.endTimestamp);
		if (current) {
			if (current.conversationId !== known?.id || !known.made) this.session.talk = { id: current.conversationId, made: true, attributes: {} };
			await this.load();
			this.link.event('onEmbeddedMessagingConversationOpened', { conversationId: current.conversationId });
		} else if (known?.made) {
			// It is another customer's now, or was closed.
			this.session.talk = undefined;
			this.clean();
		}
		this.chat.started = this.session.talk?.made ?? false;
		this.chat.draft ||= this.session.draft;
		if (!this.session.talk && !this.chat.asking) this.out.askFirst();
	}

	/** renew gets a new token after a 401; false when only the page can bring one. */
	private async renew(refused: string): Promise<boolean> {
		if (this.session.token === refused && this.session.verified) {
			this.inside = false;
			this.chat.phase = 'signed-out';
			this.askIdentity();
			return false;
		}
		await this.enter(refused);
		return this.inside;
	}

	/** askIdentity asks the page for a new identity. A page whose identities are all refused is asked once in a while. */
	private askIdentity() {
		const wait = this.asked + identityRestMs - Date.now();
		if (wait > 0) {
			clearTimeout(this.asking);
			this.asking = setTimeout(() => this.askIdentity(), wait);
			return;
		}
		this.asked = Date.now();
		this.link.event('onEmbeddedMessagingIdentityTokenExpired');
	}

	/** change takes away what belongs to the customer before, when another one has signed in. */
	private change() {
		this.out.forget();
		this.session.forgetTalk();
		this.clean();
		this.chat.draft = '';
		this.chat.seen = 0;
		this.chat.asking = undefined;
	}

	private leave() {
		this.session.forget();
		this.clean();
		this.chat.asking = undefined;
		this.chat.draft = '';
		this.chat.seen = 0;
		this.inside = false;
	}

	private clean() {
		this.chat.timeline = emptyTimeline();
		this.chat.earlier = false;
		this.oldest = Infinity;
	}

	// ---- the stream and the other tabs

	private lead(signal: AbortSignal) {
		const run = () => {
			this.reopen = undefined;
			if (!signal.aborted) void follow(this.api, owner, signal);
		};
		const owner: StreamOwner = {
			token: () => this.session.token,
			cursor: () => this.session.cursor,
			take: (frame) => {
				if (frame.id) this.session.cursor = frame.id;
				this.accept(frame, true);
				this.tabs.say({ kind: 'event', event: { frame } });
			},
			state: (now) => {
				if (now === 'away') return this.away();
				this.chat.stream = now;
				this.out.kick();
			},
			refused: () => {
				this.reopen = run;
				void this.renew(this.session.token);
			},
			network: this.network
		};
		run();
	}

	private away() {
		this.chat.stream = 'away';
		this.chat.timeline = { ...this.chat.timeline, typing: {} };
	}

	/** changed: something that all tabs share was written here. */
	private changed() {
		this.chat.started = this.session.talk?.made ?? false;
		this.tabs.say({ kind: 'changed' });
	}

	private hear(word: Word<Shared>) {
		if (word.kind === 'changed') this.reread();
		else if (word.kind !== 'event') return;
		else if ('frame' in word.event) this.accept(word.event.frame, false);
		else this.out.put(word.event.sent);
	}

	/** reread takes over what another tab wrote. */
	private reread() {
		this.out.read();
		this.chat.seen = this.store.read<number>('seen') ?? 0;
		this.chat.started = this.session.talk?.made ?? false;
		if (this.session.talk && this.chat.timeline.lines.length === 0) this.chat.asking = undefined;
		if (this.session.token) return void this.enter();
		// The other tab has left the session: what this tab's page said of its customer is over, too.
		if (this.session.identity) this.link.say({ type: 'signed-out', identity: this.session.identity });
		this.session.identity = '';
		this.page = { ...this.page, identity: '' };
		this.inside = false;
		this.clean();
		if (this.chat.open) void this.enter();
	}

	private accept(frame: Frame, leading: boolean) {
		if (frame.event === 'resync') return void this.load().catch(() => undefined);
		let data: WireEvent;
		try {
			data = JSON.parse(frame.data) as WireEvent;
		} catch {
			return;
		}
		const entry = data.conversationEntry;
		if (!entry || data.conversationId !== this.session.talk?.id) return;
		this.chat.timeline = apply(this.chat.timeline, entry, frame.event, Date.now());
		// What another tab led says as well: the network is there.
		if (!leading) this.chat.stream = 'live';
		this.tell(frame.event, data, entry);
		if (frame.event === 'CONVERSATION_MESSAGE' && entry.sender?.role !== 'EndUser') {
			this.chat.arrived = entry.identifier;
			if (leading) this.acknowledge('Delivery', [entry.identifier]);
			this.look();
		}
		this.fadeTyping();
	}

	private tell(event: string, data: WireEvent, entry: WireEntry) {
		const sent = event === 'CONVERSATION_MESSAGE' && entry.sender?.role === 'EndUser';
		const name = sent ? 'onEmbeddedMessageSent' : pageEvents[event];
		if (name) this.link.event(name, data);
	}

	private fadeTyping() {
		clearTimeout(this.fading);
		if (Object.keys(this.chat.timeline.typing).length === 0) return;
		this.fading = setTimeout(() => (this.chat.timeline = { ...this.chat.timeline, typing: {} }), typingFadesMs);
	}

	// ---- the history and receipts

	/** load brings the newest page of the history. */
	private async load() {
		const talk = this.session.talk;
		if (!talk?.made) return;
		const token = this.session.token;
		const entries = await this.api.entries(token, talk.id);
		const first = this.oldest === Infinity;
		const full = entries.length >= pageSize;
		let before = this.chat.timeline;
		if (first && full) {
			// Who is there, and how the session stands, may have been said before this page.
			const past = await this.api.entries(token, talk.id, { types: 'ParticipantChanged,SessionStatusChanged' });
			const { present, session } = applyAll(emptyTimeline(), past.toReversed());
			before = { ...before, present, session };
		}
		this.chat.timeline = applyAll(before, entries.toReversed());
		if (first) {
			this.chat.earlier = full;
			this.oldest = oldestOf(entries);
		}
		this.loadedAt = Date.now();
		const got = this.store.read<number>('got') ?? 0;
		const news = this.chat.timeline.lines.filter((line) => !line.mine && line.said && line.at > got);
		if (news.length > 0) this.acknowledge('Delivery', news.map((line) => line.entry));
		this.look();
	}

	/** loadEarlier brings the page before the oldest entry. */
	async loadEarlier() {
		const talk = this.session.talk;
		if (!talk || this.chat.loading) return;
		this.chat.loading = true;
		try {
			const entries = await this.api.entries(this.session.token, talk.id, { until: this.oldest });
			this.chat.timeline = applyAll(this.chat.timeline, entries.toReversed());
			const oldest = Math.min(this.oldest, oldestOf(entries));
			this.chat.earlier = entries.length >= pageSize && oldest < this.oldest;
			this.oldest = oldest;
		} catch {
			// The button stays; pressing it again is the way on.
		} finally {
			this.chat.loading = false;
		}
	}

	/** freshen reads the history again when its links to files have grown old. */
	private freshen() {
		const old = Date.now() - this.loadedAt > linksFadeMs - 1000;
		if (!this.inside || !this.chat.open || !old || !this.chat.timeline.lines.some((line) => line.said?.files.length)) return;
		void this.load().catch(() => undefined);
	}

	/** look marks as read what is in view. */
	look() {
		if (!this.chat.open || !this.chat.atEnd || document.visibilityState !== 'visible') return;
		const news = this.chat.timeline.lines.filter((line) => !line.mine && line.said && line.at > this.chat.seen);
		if (news.length === 0) return;
		this.chat.seen = news.at(-1)!.at;
		this.store.write('seen', this.chat.seen);
		this.tabs.say({ kind: 'changed' });
		this.acknowledge('Read', news.map((line) => line.entry));
	}

	/** acknowledge tells the other side. One that gets lost is made good by the next: what was read has arrived. */
	private acknowledge(kind: 'Delivery' | 'Read', entries: string[]) {
		const talk = this.session.talk;
		const last = this.chat.timeline.lines.findLast((line) => !line.mine && line.said);
		if (kind === 'Delivery' && last) this.store.write('got', last.at);
		if (!talk || this.chat.config.settings?.receipts === false) return;
		void this.api.acknowledge(this.session.token, talk.id, kind, entries).catch(() => undefined);
	}

	// ---- the end

	/** end asks the server to end the session; it throws when that fails. */
	async end() {
		const talk = this.session.talk;
		if (!talk?.made) return;
		await this.api.endSession(this.session.token, talk.id);
		this.chat.timeline = { ...this.chat.timeline, session: { status: 'Ended', endedBy: 'EndUser' }, present: {}, typing: {} };
	}

	/** transcript hands the conversation to the browser as a file; it throws when it can't be had. */
	async transcript() {
		const talk = this.session.talk;
		if (!talk?.made) return;
		const { blob, name } = await this.api.transcript(this.session.token, talk.id);
		const link = document.createElement('a');
		link.href = URL.createObjectURL(blob);
		link.download = name;
		link.click();
		setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
	}
}

const oldestOf = (entries: WireEntry[]): number => Math.min(...entries.map((entry) => entry.transcriptedTimestamp ?? Infinity), Infinity);
