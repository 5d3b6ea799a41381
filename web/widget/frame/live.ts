// What happens: the session with the server, the conversation's entries as they come, the outbox as it
// empties. It changes what Chat shows; rules that need no screen live in ../chat.

import { Refusal, Unreachable, type Api } from '../chat/api.ts';
import { apply, applyAll, posted } from '../chat/entries.ts';
import { FileStore } from '../chat/file-store.ts';
import { typeOf } from '../chat/files.ts';
import type { Labels } from '../chat/labels.ts';
import { drain, Outbox, type Outcome, type Pending } from '../chat/outbox.ts';
import { meaningOf, send } from '../chat/post.ts';
import { formOf, hiddenValues, questionsOf } from '../chat/prechat.ts';
import { Session } from '../chat/session.ts';
import type { Frame } from '../chat/sse.ts';
import { openStore, uuid, type Store } from '../chat/storage.ts';
import { follow, retryMs, type StreamState } from '../chat/stream.ts';
import { Tabs, type Word } from '../chat/tabs.ts';
import { emptyTimeline, type Line } from '../chat/timeline.ts';
import type { Form, WireEntry, WireEvent } from '../chat/wire.ts';
import type { PageSettings } from '../protocol.ts';
import type { Chat } from './chat.svelte.ts';
import type { PageLink } from './page-link.ts';

/** What tabs pass on to each other: an event of the stream, or a message that one of them has sent. */
type Shared = { frame: Frame } | { sent: Pending };

/** Typing is told to the other side at most so often, and taken back after such a pause. */
const typingAgainMs = 5_000;
/** A colleague's typing that nobody took back is over by then. */
const typingFadesMs = 15_000;

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
export function begin(chat: Chat, api: Api, link: PageLink, page: PageSettings): Live {
	const { base, org, deployment } = api.account;
	const name = `switchboard:${base}|${org}|${deployment}`;
	const live = new Live(chat, api, openStore(`${name}:`), link, name, page);
	live.begin();
	return live;
}

export class Live {
	readonly files: FileStore;
	private readonly session: Session;
	private readonly outbox: Outbox;
	private readonly tabs: Tabs<Shared>;
	/** Whether this tab stands for leader, and whether it has found its conversation. */
	private stood = false;
	private resumed = false;
	private draining: Promise<void> | undefined;
	private again: ReturnType<typeof setTimeout> | undefined;
	private attempts = 0;
	private toldTyping = 0;
	private stopTyping: ReturnType<typeof setTimeout> | undefined;
	/** Pre-chat values of the session that the next message starts. */
	private fresh: Record<string, string> | undefined;
	private fading: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly chat: Chat,
		private readonly api: Api,
		private readonly store: Store,
		private readonly link: PageLink,
		name: string,
		private page: PageSettings
	) {
		this.outbox = new Outbox(store);
		this.files = new FileStore(name);
		this.tabs = new Tabs<Shared>(name, (signal) => this.startLeading(signal), (word) => this.hear(word));
		this.session = new Session(api, store, (what, work) => this.tabs.alone(what, work), () => this.written());
		this.session.identity = page.identity;
		chat.seen = store.read<number>('seen') ?? 0;
		chat.unsent = this.outbox.list();
		document.addEventListener('visibilitychange', () => this.look());
		addEventListener('online', () => this.kick());
		addEventListener('offline', () => (chat.stream = 'away'));
	}

	/** written: the session changed here, which the other tabs and the screen must know. */
	private written() {
		this.chat.started = this.session.talk?.made ?? false;
		this.tabs.say({ kind: 'changed' });
	}

	private uploaded(id: string, share: number | undefined) {
		const progress = { ...this.chat.progress };
		if (share === undefined) delete progress[id];
		else progress[id] = share;
		this.chat.progress = progress;
	}

	// ---- coming and going

	/** begin goes on with a session that this browser has; without one it waits for the customer to open. */
	begin() {
		if (this.session.token) void this.enter();
	}

	show() {
		void this.enter();
		this.look();
	}

	/** settings takes what the page has changed. A new identity starts a new session. */
	settings(page: PageSettings) {
		const other = page.identity !== this.page.identity && page.identity !== '';
		this.page = page;
		if (!other) return;
		const expired = this.session.verified || this.chat.phase === 'signed-out';
		this.session.identity = page.identity;
		if (!expired && this.session.token) this.forget();
		this.resumed = false;
		if (this.chat.open || this.session.token) void this.enter(this.session.token);
	}

	/** clear ends the session on this browser, as when the customer signs out of the page. */
	async clear() {
		const token = this.session.token;
		if (token && this.session.verified) await this.api.revoke(token).catch(() => undefined);
		for (const item of this.outbox.list()) this.outbox.remove(item.id);
		this.forget();
		this.session.identity = '';
		this.link.say({ type: 'cleared' });
	}

	/** enter gets a token where there is none, finds the conversation and goes live. */
	async enter(refused = '') {
		if (this.resumed) return;
		if (this.chat.config.embeddedServiceMessagingChannel?.authMode === 'Auth' && !this.session.identity && !this.session.token) {
			this.chat.phase = 'signed-out';
			return;
		}
		this.resumed = true;
		for (let attempt = 1; ; attempt++) {
			try {
				await this.session.sign(refused);
				await this.resume();
				this.chat.phase = 'ready';
				this.kick();
				return;
			} catch (error) {
				if (error instanceof Refusal && error.status === 401 && this.session.token && attempt < 4) {
					refused = this.session.token;
					continue;
				}
				if (error instanceof Refusal && error.status < 500 && error.status !== 429) {
					this.resumed = false;
					this.chat.phase = 'broken';
					return;
				}
				if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
				this.chat.stream = 'away';
				await new Promise((done) => setTimeout(done, retryMs(attempt, Math.random())));
			}
		}
	}

	private async resume() {
		const { conversations = [] } = await this.api.conversations(this.session.token);
		const known = this.session.talk;
		const current = conversations.find((one) => one.conversationId === known?.id) ?? conversations.find((one) => !one.endTimestamp);
		if (current) {
			if (current.conversationId !== known?.id || !known.made) this.session.talk = { id: current.conversationId, made: true, attributes: {} };
			await this.load();
			this.link.event('onEmbeddedMessagingConversationOpened', { conversationId: current.conversationId });
		} else if (known?.made) {
			// It is another customer's, or its time is over.
			this.session.talk = undefined;
			this.chat.timeline = emptyTimeline();
		}
		if (!this.session.talk && this.chat.unsent.length === 0) this.ask('Conversation');
		if (!this.stood) this.tabs.run();
		this.stood = true;
		this.session.renewInTime();
		this.chat.started = this.session.talk?.made ?? false;
		this.chat.stream = 'live';
	}

	private startLeading(signal: AbortSignal) {
		const owner = {
			token: () => this.session.token,
			cursor: () => this.session.cursor,
			take: (frame: Frame) => {
				if (frame.id) this.session.cursor = frame.id;
				this.accept(frame, true);
				this.tabs.say({ kind: 'event', event: { frame } });
			},
			state: (now: StreamState) => {
				this.chat.stream = now;
				if (now !== 'away') this.kick();
			},
			poll: () => this.load(),
			refused: () => {
				const refused = this.session.token;
				void this.renew(refused).then(() => signal.aborted || void follow(this.api, owner, signal));
			}
		};
		void follow(this.api, owner, signal);
	}

	/** renew gets a new token after a 401. What was on screen goes when the new one belongs to somebody else. */
	private async renew(refused: string) {
		if (this.session.token === refused && this.session.verified) {
			this.chat.phase = 'signed-out';
			this.link.event('onEmbeddedMessagingIdentityTokenExpired');
			await new Promise<never>(() => {}); // goes on with the page's next identity
		}
		this.resumed = false;
		await this.enter(refused);
	}

	private forget() {
		this.session.forget();
		this.resumed = false;
		this.fresh = undefined;
		this.chat.asking = undefined;
		this.chat.timeline = emptyTimeline();
		this.chat.unsent = this.outbox.list();
		this.chat.seen = 0;
	}

	// ---- what comes in

	private hear(word: Word<Shared>) {
		if (word.kind === 'changed') this.reread();
		else if (word.kind !== 'event') return;
		else if ('frame' in word.event) this.accept(word.event.frame, false);
		else this.put(word.event.sent);
	}

	/** reread takes over what another tab wrote. */
	private reread() {
		this.chat.unsent = this.outbox.list();
		this.chat.seen = this.store.read<number>('seen') ?? 0;
		this.chat.started = this.session.talk?.made ?? false;
		if (!this.session.token && this.resumed) {
			this.forgetScreen();
			return;
		}
		if (this.session.talk && this.chat.asking?.when === 'Conversation') this.chat.asking = undefined;
		if (this.session.token && !this.resumed) void this.enter();
	}

	private forgetScreen() {
		this.resumed = false;
		this.chat.timeline = emptyTimeline();
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
		this.tell(frame.event, data, entry);
		if (frame.event === 'CONVERSATION_MESSAGE' && entry.sender?.role !== 'EndUser') {
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

	/** load brings the newest page of the history. */
	private async load() {
		const talk = this.session.talk;
		if (!talk?.made) return;
		const entries = await this.api.entries(this.session.token, talk.id);
		const before = this.chat.timeline.lines.length;
		this.chat.timeline = applyAll(this.chat.timeline, entries.toReversed());
		if (before === 0) this.chat.earlier = entries.length >= 50;
		const since = this.store.read<number>('got') ?? 0;
		const news = this.chat.timeline.lines.filter((line) => !line.mine && line.said && line.at > since);
		if (news.length > 0) this.acknowledge('Delivery', news.map((line) => line.entry));
		this.look();
	}

	/** loadEarlier brings the page before the oldest line. */
	async loadEarlier() {
		const oldest = this.chat.timeline.lines[0];
		const talk = this.session.talk;
		if (!oldest || !talk || this.chat.loading) return;
		this.chat.loading = true;
		try {
			const known = this.chat.timeline.lines.length;
			const entries = await this.api.entries(this.session.token, talk.id, oldest.at);
			this.chat.timeline = applyAll(this.chat.timeline, entries.toReversed());
			this.chat.earlier = entries.length >= 50 && this.chat.timeline.lines.length > known;
		} catch {
			// The button stays; pressing it again is the way on.
		} finally {
			this.chat.loading = false;
		}
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

	/** acknowledge tells the other side; a receipt that can't be told now is told by the next read or load. */
	private acknowledge(kind: 'Delivery' | 'Read', entries: string[]) {
		const talk = this.session.talk;
		const last = this.chat.timeline.lines.findLast((line) => !line.mine && line.said);
		if (kind === 'Delivery' && last) this.store.write('got', last.at);
		if (!talk || this.chat.config.settings?.receipts === false) return;
		void this.api.acknowledge(this.session.token, talk.id, kind, entries).catch(() => undefined);
	}

	// ---- what goes out

	/** say puts a text, or files of which the first carries it, into the outbox. */
	async say(text: string, files: File[], answers: string) {
		const session = this.fresh;
		this.fresh = undefined;
		const first = { answers, ...(session && { session }) };
		if (files.length === 0) this.write({ id: uuid(), text, ...first });
		for (const [i, file] of files.entries()) {
			const id = uuid();
			await this.files.put(id, file);
			this.write({ id, text: i === 0 ? text : '', ...(i === 0 ? first : { answers: '' }), file: { id: uuid(), name: file.name, type: typeOf(file.name, file.type), size: file.size } });
		}
		this.tellTyping(false);
	}

	choose(question: Line, choice: { id: string; title: string }) {
		this.write({ id: uuid(), text: choice.title, answers: question.id, choice });
	}

	private write(item: Omit<Pending, 'at'>) {
		this.outbox.add(item, Date.now());
		this.sync();
		this.kick();
	}

	/** resend works in any tab: a message keeps its id, and only one tab sends at a time. */
	resend(id: string) {
		this.outbox.change(id, { failed: undefined });
		this.sync();
		this.kick();
	}

	discard(id: string) {
		this.outbox.remove(id);
		void this.files.remove(id);
		this.sync();
	}

	private sync() {
		this.chat.unsent = this.outbox.list();
		this.tabs.say({ kind: 'changed' });
	}

	/** kick sends what waits, unless this tab is at it; another tab's round is waited for. */
	kick() {
		if (!this.resumed || !this.session.token || this.draining) return;
		clearTimeout(this.again);
		const work = async () => {
			const afterMs = (await this.create()) ?? (await drain(this.outbox, (item) => this.post(item)));
			if (afterMs !== undefined) this.again = setTimeout(() => this.kick(), afterMs);
		};
		this.draining = this.tabs.alone('drain', work).finally(() => {
			this.draining = undefined;
			this.sync();
			// Written after the round had looked for the last time.
			if (this.again === undefined && this.outbox.list().some((item) => item.failed === undefined) && !this.chat.asking) this.kick();
		});
		this.again = undefined;
	}

	/** create makes the conversation whose pre-chat is answered. It answers when to try again, if it must. */
	private async create(): Promise<number | undefined> {
		const talk = this.session.talk;
		if (!talk || talk.made) return undefined;
		try {
			await this.api.start(this.session.token, talk.id, { attributes: talk.attributes, autoResponse: this.page.autoResponse });
			this.session.talk = { ...talk, made: true };
			this.attempts = 0;
			this.link.event('onEmbeddedMessagingConversationStarted', { conversationId: talk.id });
			return undefined;
		} catch (error) {
			const meaning = meaningOf(error, ++this.attempts);
			if (meaning === 'token') await this.renew(this.session.token);
			return typeof meaning === 'object' && meaning.kind === 'later' ? meaning.afterMs : retryMs(this.attempts, 1);
		}
	}

	private async post(item: Pending): Promise<Outcome> {
		if (!this.session.talk) this.session.talk = { id: uuid(), made: false, attributes: hiddenValues(formOf(this.chat.config, 'Conversation'), this.page.hidden) };
		const wait = await this.create();
		if (wait !== undefined) return { kind: 'later', afterMs: wait };
		const session = item.session && { attributes: item.session, autoResponse: this.page.autoResponse };
		try {
			const gone = !(await send(this.api, this.session.token, this.session.talk!.id, item, session, this.files, (share) => this.uploaded(item.id, share)));
			if (gone) return { kind: 'refused', reason: 'file_gone' };
			this.attempts = 0;
			this.put(item);
			this.tabs.say({ kind: 'event', event: { sent: item } });
			return { kind: 'sent' };
		} catch (error) {
			return this.answerTo(meaningOf(error, ++this.attempts), item);
		} finally {
			this.uploaded(item.id, undefined);
		}
	}

	private async answerTo(meaning: ReturnType<typeof meaningOf>, item: Pending): Promise<Outcome> {
		// Something that keeps coming back although it was seen to must not turn in circles.
		const soon: Outcome = { kind: 'later', afterMs: this.attempts > 2 ? retryMs(this.attempts, 1) : 0 };
		switch (meaning) {
			case 'token':
				await this.renew(this.session.token);
				return soon;
			case 'conversation':
				this.session.talk = undefined;
				this.chat.timeline = emptyTimeline();
				return soon;
			case 'session':
				if (item.session) return { kind: 'refused', reason: 'refused_other' };
				if (this.ask('Session')) return { kind: 'stopped' };
				this.outbox.change(item.id, { session: hiddenValues(formOf(this.chat.config, 'Session'), this.page.hidden) });
				return { kind: 'later', afterMs: 0 };
			default:
				return meaning;
		}
	}

	/** put shows a message that the server has taken, until its entry comes. */
	private put(item: Pending) {
		const last = this.chat.timeline.lines.at(-1)?.at ?? 0;
		const files = item.file ? [{ id: item.file.id, name: item.file.name, type: item.file.type, url: '' }] : [];
		const said = { text: item.text, files, options: [], picked: item.choice ? [item.choice.id] : [] };
		if (this.chat.timeline.lines.some((line) => line.id === item.id)) return;
		this.chat.timeline = posted(this.chat.timeline, item.id, said, item.answers, Math.max(last, item.at));
	}

	// ---- typing, pre-chat, end

	typed() {
		if (Date.now() - this.toldTyping > typingAgainMs) this.tellTyping(true);
		clearTimeout(this.stopTyping);
		this.stopTyping = setTimeout(() => this.tellTyping(false), typingAgainMs);
	}

	private tellTyping(started: boolean) {
		clearTimeout(this.stopTyping);
		const talk = this.session.talk;
		const wasTold = this.toldTyping > 0;
		this.toldTyping = started ? Date.now() : 0;
		if (!talk?.made || !this.chat.online || this.chat.ended || this.chat.config.settings?.typing === false) return;
		if (started || wasTold) void this.api.typing(this.session.token, talk.id, started).catch(() => undefined);
	}

	/** ask shows a pre-chat, if there is one with something to ask; it answers whether. */
	private ask(when: Form['displayContext']): boolean {
		const form = formOf(this.chat.config, when);
		const named = (name: string) => {
			const own = `field_${name}` as Parameters<Labels>[0];
			return this.chat.t(own) || name;
		};
		const questions = form ? questionsOf(this.chat.config, form, named) : [];
		if (questions.length === 0) return false;
		this.chat.asking = { when, questions, prefilled: this.page.visible };
		this.link.event('onEmbeddedMessagingPreChatLoaded');
		return true;
	}

	/** answer takes the pre-chat's values and goes on with what they were asked for. */
	answer(values: Record<string, string>) {
		const when = this.chat.asking?.when ?? 'Conversation';
		const attributes = { ...hiddenValues(formOf(this.chat.config, when), this.page.hidden), ...values };
		this.chat.asking = undefined;
		this.link.event('onEmbeddedMessagingPreChatSubmitted', { prechatDetails: Object.keys(values) });
		if (when === 'Conversation') {
			this.session.talk = { id: uuid(), made: false, attributes };
		} else {
			const waiting = this.outbox.list().find((item) => item.failed === undefined);
			if (waiting) this.outbox.change(waiting.id, { session: attributes });
			else this.fresh = attributes;
		}
		this.kick();
	}

	/** startAnew leads from an ended conversation to the next. */
	startAnew() {
		if (this.chat.timeline.closed) {
			this.session.talk = undefined;
			this.chat.timeline = emptyTimeline();
			this.ask('Conversation');
			return;
		}
		this.chat.timeline = { ...this.chat.timeline, session: { status: '', endedBy: '' } };
		if (!this.ask('Session')) this.fresh = hiddenValues(formOf(this.chat.config, 'Session'), this.page.hidden);
	}

	/** end asks the server to end the session; it throws when that fails. */
	async end() {
		const talk = this.session.talk;
		if (!talk?.made) return;
		await this.api.endSession(this.session.token, talk.id);
		this.chat.timeline = { ...this.chat.timeline, session: { status: 'Ended', endedBy: 'EndUser' }, present: {}, typing: {} };
	}

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

	retry() {
		this.chat.phase = 'loading';
		void this.enter();
	}
}
