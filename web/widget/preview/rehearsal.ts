// The frame in set-up's preview: the real window with a draft and a sample conversation. Nothing goes out.

import { flushSync, mount, unmount } from 'svelte';
import { posted } from '../chat/entries.ts';
import { labelsFor, localeFor, wordsIn, type LabelName } from '../chat/labels.ts';
import { formOf, questionsOf } from '../chat/prechat.ts';
import { lookOf } from '../chat/theme.ts';
import { emptyTimeline, type Timeline } from '../chat/timeline.ts';
import { uuid } from '../chat/uuid.ts';
import App from '../frame/App.svelte';
import { Chat, type Verbs } from '../frame/chat.svelte.ts';
import { PageLink } from '../frame/page-link.ts';
import { paint, readyOf } from '../frame/paint.ts';
import type { Rehearsal } from '../protocol.ts';
import samples from './samples.json';

/** rehearse shows what the page says, each time anew. */
export function rehearse(origin: string) {
	let app: Record<string, unknown> | undefined;
	let chat: Chat | undefined;
	/** The last one that was asked for: words are fetched, and a draft changes with each key. */
	let latest = 0;

	const link = new PageLink(origin, (message) => {
		if (message.type === 'rehearse') void show(message.rehearsal);
		else if (message.type === 'open' && chat) chat.open = true;
		else if (message.type === 'minimise' && chat) chat.open = false;
	});
	link.say({ type: 'hello' });
	// What is drawn anew takes no focus from who edits, and can be used as soon as somebody points at it.
	document.addEventListener('pointermove', () => (document.body.inert = false));

	async function show(rehearsal: Rehearsal) {
		const now = ++latest;
		const { config, language, scheme, state } = rehearsal;
		const locale = localeFor(config.language, language, language);
		const words = await wordsIn(locale);
		if (now !== latest) return;
		const t = labelsFor(config.labels, words, locale);
		const look = lookOf(config.branding2 ?? {}, scheme === 'dark');
		paint(config, look, locale, t);
		document.body.inert = true;
		if (app) void unmount(app);
		let settled: (verbs: Verbs) => void;
		chat = new Chat(config, locale, t, { base: location.origin, org: '', deployment: config.name, language }, new Promise((done) => (settled = done)), link);
		chat.phase = 'ready';
		chat.open = state !== 'closed';
		if (state === 'prechat') ask(chat);
		if (state === 'talk') chat.timeline = sample(locale);
		chat.seen = Date.now();
		chat.started = state === 'talk';
		settled!(play(chat));
		app = mount(App, { target: document.body, props: { chat, link } });
		flushSync();
		link.say({ type: 'ready', ready: readyOf(config, look, locale, t) });
	}
}

function ask(chat: Chat) {
	const form = formOf(chat.config, 'Conversation') ?? formOf(chat.config, 'Session');
	const questions = form ? questionsOf(chat.config, form, chat.locale, (name) => chat.t(`field_${name}` as LabelName)) : [];
	if (questions.length > 0) chat.asking = { when: 'Conversation', questions, prefilled: {} };
}

/** sample is a short conversation, a question of the customer and its answer. */
function sample(locale: string): Timeline {
	const texts = (samples as Record<string, typeof samples.en>)[locale.split('-')[0]!] ?? samples.en;
	const said = (text: string) => ({ text, files: [], options: [], picked: [] });
	const at = Date.now() - 60_000;
	const line = { role: 'Agent', name: texts.name, answers: '', failed: false };
	return {
		...emptyTimeline(),
		lines: [
			{ ...line, id: 'q', entry: 'q', at, mine: true, role: 'EndUser', name: '', said: said(texts.question) },
			{ ...line, id: 'j', entry: 'j', at: at + 1000, mine: false, notice: { kind: 'joined', name: texts.name } },
			{ ...line, id: 'a', entry: 'a', at: at + 2000, mine: false, said: said(texts.answer) }
		],
		receipts: { q: 'read' },
		present: { a: { name: texts.name, role: 'Agent', avatar: '' } },
		session: { status: 'Active', endedBy: '' }
	};
}

/** play is what the window's buttons do here: what is written is said, and nobody hears it. */
function play(chat: Chat): Verbs {
	const nothing = () => undefined;
	const later = () => Promise.resolve();
	const say = (text: string, answers = '', picked: string[] = []) => {
		if (text) chat.timeline = posted(chat.timeline, uuid(), { text, files: [], options: [], picked }, answers, Date.now());
	};
	return {
		look: nothing,
		loadEarlier: later,
		retry: nothing,
		transcript: later,
		end: () => {
			chat.timeline = { ...chat.timeline, session: { status: 'Ended', endedBy: 'EndUser' }, present: {} };
			return Promise.resolve();
		},
		out: {
			files: { get: () => Promise.resolve(undefined) },
			say: (text, _files, answers) => Promise.resolve(say(text, answers)),
			choose: (question, choice) => say(choice.title, question.id, [choice.id]),
			answer: () => (chat.asking = undefined),
			startAnew: () => (chat.timeline = emptyTimeline()),
			resend: nothing,
			discard: nothing,
			keep: nothing,
			typed: nothing
		}
	};
}
