// What the customer says and how it gets out: the outbox, the answers to the pre-chat that begin a
// conversation or a session, and typing.

import type { Api } from '../chat/api.ts';
import { posted } from '../chat/entries.ts';
import { FileStore } from '../chat/file-store.ts';
import { typeOf } from '../chat/files.ts';
import type { LabelName } from '../chat/labels.ts';
import { drain, Outbox, type Outcome, type Pending } from '../chat/outbox.ts';
import { meaningOf, send, type Need } from '../chat/post.ts';
import { formOf, hiddenValues, questionsOf } from '../chat/prechat.ts';
import type { Session } from '../chat/session.ts';
import type { Store } from '../chat/storage.ts';
import { uuid } from '../chat/uuid.ts';
import { retryMs } from '../chat/retry.ts';
import { emptyTimeline, type Line } from '../chat/timeline.ts';
import type { Form } from '../chat/wire.ts';
import type { PageSettings } from '../protocol.ts';
import type { Chat } from './chat.svelte.ts';
import type { PageLink } from './page-link.ts';

/** What Outgoing needs of Live. */
export interface Surroundings {
	page(): PageSettings;
	/** Runs work while no other tab runs the same. */
	alone(what: string, work: () => Promise<void>): Promise<void>;
	/** Tells the other tabs that the outbox changed. */
	changed(): void;
	/** Tells the other tabs what was sent, so that they show it before its entry comes. */
	sent(item: Pending): void;
	/** Gets a token in place of a refused one; false when only the page can bring one. */
	renew(refused: string): Promise<boolean>;
	/** Says that the network works, since a call went through. */
	wake(): void;
}

/** Typing is told to the other side at most so often, and taken back after such a pause. */
const typingAgainMs = 5_000;

export class Outgoing {
	readonly files: FileStore;
	private readonly outbox: Outbox;
	private draining: Promise<void> | undefined;
	private again: ReturnType<typeof setTimeout> | undefined;
	/** Attempts in a row that came to nothing. */
	private attempts = 0;
	private toldTyping = 0;
	private stopTyping: ReturnType<typeof setTimeout> | undefined;
	/** The message on its way, and what stops it. */
	private sending: { id: string; stop: AbortController } | undefined;
	/** Pre-chat values of the session that the next message begins. */
	private fresh: Record<string, string> | undefined;

	constructor(
		private readonly chat: Chat,
		private readonly api: Api,
		store: Store,
		private readonly session: Session,
		private readonly link: PageLink,
		name: string,
		private readonly around: Surroundings
	) {
		this.outbox = new Outbox(store);
		this.files = new FileStore(name, () => store.lasting);
		this.read();
	}

	/** read shows what waits, also what other tabs put there. */
	read() {
		this.chat.unsent = this.outbox.list();
	}

	/** forget drops what belongs to the customer who leaves. */
	forget() {
		for (const item of this.outbox.list()) this.discard(item.id);
		this.fresh = undefined;
	}

	// ---- messages

	/** keep holds a draft until it is sent. */
	keep(draft: string) {
		this.session.draft = draft;
	}

	/** say puts a text, or files of which the first carries it, into the outbox. */
	async say(text: string, files: File[], answers: string) {
		const session = this.fresh;
		this.fresh = undefined;
		this.session.draft = '';
		const first = { answers, ...(session && { session }) };
		if (files.length === 0) this.write({ id: uuid(), text, ...first });
		for (const [i, file] of files.entries()) {
			const id = uuid();
			await this.files.put(id, file);
			const head = i === 0 ? { text, ...first } : { text: '', answers: '' };
			this.write({ id, ...head, file: { id: uuid(), name: file.name, type: typeOf(file.name, file.type), size: file.size } });
		}
		this.tellTyping(false);
	}

	/** choose answers a question with one of its options. */
	choose(question: Line, choice: { id: string; title: string }) {
		this.write({ id: uuid(), text: choice.title, answers: question.id, choice });
	}

	/** resend works in any tab: a message keeps its id, and only one tab sends at a time. */
	resend(id: string) {
		this.outbox.change(id, { failed: undefined });
		this.sync();
		this.kick();
	}

	/** discard drops a message; one whose file is on its way is stopped. */
	discard(id: string) {
		if (this.sending?.id === id) this.sending.stop.abort();
		this.outbox.remove(id);
		void this.files.remove(id);
		this.sync();
	}

	private write(item: Omit<Pending, 'at'>) {
		this.outbox.add(item, Date.now());
		this.sync();
		this.kick();
	}

	private sync() {
		this.read();
		this.around.changed();
	}

	// ---- the way out

	/** kick sends what waits, unless this tab is at it; another tab's round is waited for. */
	kick() {
		if (this.chat.phase !== 'ready' || !this.session.token || this.draining) return;
		clearTimeout(this.again);
		this.again = undefined;
		const round = async () => {
			const afterMs = (await this.create()) ?? (await drain(this.outbox, (item) => this.post(item)));
			if (afterMs !== undefined) this.again = setTimeout(() => this.kick(), afterMs);
		};
		this.draining = this.around.alone('drain', round).finally(() => {
			this.draining = undefined;
			this.sync();
			// Written after the round had looked for the last time.
			const waits = this.outbox.list().some((item) => item.failed === undefined);
			if (waits && this.again === undefined && !this.chat.asking) this.kick();
		});
	}

	/** create makes the conversation whose pre-chat is answered. It answers when to try again, if it must. */
	private async create(): Promise<number | undefined> {
		const talk = this.session.talk;
		if (!talk || talk.made) return undefined;
		const token = this.session.token;
		try {
			await this.api.start(token, talk.id, { attributes: talk.attributes, autoResponse: this.around.page().autoResponse });
		} catch (error) {
			const meaning = meaningOf(error, ++this.attempts);
			if (meaning === 'token') return (await this.around.renew(token)) ? this.soon() : retryMs(this.attempts, 1);
			if (typeof meaning === 'object' && meaning.kind === 'later') return meaning.afterMs;
			// Its answers can't be taken: ask again, or go on without those that only the page gave.
			if (!this.askFirst()) this.session.talk = { ...talk, attributes: {} };
			else this.session.talk = undefined;
			return retryMs(this.attempts, 1);
		}
		this.session.talk = { ...talk, made: true };
		this.attempts = 0;
		this.around.wake();
		this.link.event('onEmbeddedMessagingConversationStarted', { conversationId: talk.id });
		return undefined;
	}

	private async post(item: Pending): Promise<Outcome> {
		if (!this.session.talk) {
			if (this.askFirst()) return { kind: 'stopped' };
			this.session.talk = { id: uuid(), made: false, attributes: this.hidden() };
		}
		const wait = await this.create();
		if (wait !== undefined) return { kind: 'later', afterMs: wait };
		const token = this.session.token;
		const beside = { attributes: item.session, autoResponse: this.around.page().autoResponse };
		const stop = new AbortController();
		this.sending = { id: item.id, stop };
		try {
			const whole = await send(this.api, token, this.session.talk!.id, item, beside, this.files, (share) => this.uploaded(item.id, share), stop.signal);
			if (!whole) return { kind: 'refused', reason: 'file_gone' };
		} catch (error) {
			// Taken back by the customer: what is behind it goes at once.
			if (stop.signal.aborted) return { kind: 'later', afterMs: 0 };
			const meaning = meaningOf(error, ++this.attempts);
			return typeof meaning === 'object' ? meaning : this.see(meaning, item, token);
		} finally {
			this.sending = undefined;
			this.uploaded(item.id, undefined);
		}
		this.attempts = 0;
		this.around.wake();
		this.put(item);
		this.around.sent(item);
		return { kind: 'sent' };
	}

	/** see to what a message needs before it can go. */
	private async see(need: Need, item: Pending, token: string): Promise<Outcome> {
		switch (need) {
			case 'token':
				return (await this.around.renew(token)) ? { kind: 'later', afterMs: this.soon() } : { kind: 'stopped' };
			case 'conversation':
				this.session.talk = undefined;
				this.chat.timeline = emptyTimeline();
				return { kind: 'later', afterMs: this.soon() };
			case 'session':
				if (item.session) return { kind: 'refused', reason: 'refused_other' };
				if (this.askFirst()) return { kind: 'stopped' };
				this.outbox.change(item.id, { session: this.hidden() });
				return { kind: 'later', afterMs: 0 };
		}
	}

	/** soon is at once, but what keeps coming back although it was seen to must not turn in circles. */
	private readonly soon = () => (this.attempts > 2 ? retryMs(this.attempts, 1) : 0);

	/** put shows a message that the server has taken, until its entry comes. */
	put(item: Pending) {
		if (this.chat.timeline.lines.some((line) => line.id === item.id)) return;
		const last = this.chat.timeline.lines.at(-1)?.at ?? 0;
		const files = item.file ? [{ id: item.file.id, name: item.file.name, type: item.file.type, url: '' }] : [];
		const said = { text: item.text, files, options: [], picked: item.choice ? [item.choice.id] : [] };
		this.chat.timeline = posted(this.chat.timeline, item.id, said, item.answers, Math.max(last, item.at));
	}

	private uploaded(id: string, share: number | undefined) {
		const progress = { ...this.chat.progress };
		if (share === undefined) delete progress[id];
		else progress[id] = share;
		this.chat.progress = progress;
	}

	// ---- the pre-chat

	/** askFirst asks what is asked before anything else: the form of the first conversation, or of each session. */
	askFirst = (): boolean => this.ask('Conversation') || this.ask('Session');

	/** ask shows a pre-chat, if there is one with something to ask; it answers whether. */
	private ask(when: Form['displayContext']): boolean {
		const form = formOf(this.chat.config, when);
		const named = (name: string) => this.chat.t(`field_${name}` as LabelName);
		const questions = form ? questionsOf(this.chat.config, form, this.chat.locale, named) : [];
		if (questions.length === 0) return false;
		this.chat.asking = { when, questions, prefilled: this.around.page().visible };
		this.link.event('onEmbeddedMessagingPreChatLoaded');
		return true;
	}

	/** answer takes the pre-chat's values and goes on with what they were asked for. */
	answer(values: Record<string, string>) {
		const attributes = { ...this.hidden(), ...values };
		this.chat.asking = undefined;
		this.link.event('onEmbeddedMessagingPreChatSubmitted', { prechatDetails: values });
		const waiting = this.outbox.list().find((item) => item.failed === undefined);
		if (!this.session.talk) this.session.talk = { id: uuid(), made: false, attributes };
		else if (waiting) this.outbox.change(waiting.id, { session: attributes });
		else this.fresh = attributes;
		this.kick();
	}

	/** startAnew leads from an ended session to the next, or from a closed conversation to another. */
	startAnew() {
		if (this.chat.timeline.closed) {
			this.session.talk = undefined;
			this.chat.timeline = emptyTimeline();
			this.askFirst();
			return;
		}
		this.chat.timeline = { ...this.chat.timeline, session: { status: '', endedBy: '' } };
		if (!this.ask('Session')) this.fresh = this.hidden();
	}

	private hidden(): Record<string, string> {
		const form = formOf(this.chat.config, 'Conversation') ?? formOf(this.chat.config, 'Session');
		return hiddenValues(form, this.around.page().hidden);
	}

	// ---- typing

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
}
