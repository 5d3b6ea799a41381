// What this person chose: looks, keys, what calls them and by which way. The server has it, and tells when
// another screen changed it; localStorage has a copy, so that the first paint is right.
import { untrack } from 'svelte';
import { setTimeZone } from '$ui/locale.ts';
import { api } from '../api/client.ts';
import { chosen, choose, resolve } from '../i18n/language.ts';
import { speaks } from '../i18n/index.ts';
import { account } from './account.svelte.ts';

export type News = 'offer' | 'message' | 'mention' | 'flag';
export type Way = 'sound' | 'desktop' | 'push' | 'title' | 'favicon';
type Ways = Record<Way, boolean>;

export interface Preferences {
	theme: 'system' | 'light' | 'dark';
	density: 'comfortable' | 'compact';
	/** Or 'browser'. It is said when the page is loaded. */
	language: string;
	/** 'browser', 'organisation', or a name such as Europe/Vienna. */
	timeZone: string;
	/** Single-letter keys (WCAG 2.1.4: they can be switched off). */
	letters: boolean;
	/** Keys of commands that are not the usual ones; an empty one is none. */
	keys: Record<string, string>;
	/** Enter sends, and Shift+Enter makes a new line; otherwise Ctrl+Enter sends. */
	enterSends: boolean;
	notify: { offer: Ways; message: Ways; mention: Ways; flag: Pick<Ways, 'sound' | 'desktop'> };
	quietAway: boolean;
	pushText: boolean;
	listWidth: number;
	contextWidth: number;
	context: boolean;
	folded: string[];
}

/** Each by the name that the server knows it by. */
const names: Record<keyof Preferences, string> = {
	theme: 'theme', density: 'density', language: 'language', timeZone: 'time_zone', letters: 'letters', keys: 'keys', enterSends: 'enter_sends', notify: 'notify', quietAway: 'quiet_away',
	pushText: 'push_text', listWidth: 'list_width', contextWidth: 'context_width', context: 'context', folded: 'folded'
};
const all = Object.keys(names) as (keyof Preferences)[];

const COPY = 'switchboard.preferences.2';
/** What the server had, and for whom: a change that a closed page could not bring it any more is still one. */
const KNOWN = 'switchboard.preferences.known';
const ways = (): Ways => ({ sound: true, desktop: false, push: true, title: true, favicon: true });
const usual = (): Preferences => ({
	theme: 'system', density: 'comfortable', language: chosen() || 'browser', timeZone: 'browser', letters: true, keys: {}, enterSends: true,
	notify: { offer: ways(), message: ways(), mention: ways(), flag: { sound: true, desktop: false } },
	quietAway: false, pushText: true, listWidth: 320, contextWidth: 320, context: true, folded: []
});

function copied(): Partial<Preferences> {
	try {
		return JSON.parse(localStorage.getItem(COPY) ?? '{}') as Partial<Preferences>;
	} catch {
		return {};
	}
}

function knownOf(user: string | undefined): Record<string, string> | undefined {
	try {
		const kept = JSON.parse(localStorage.getItem(KNOWN) ?? '{}') as { user?: string; known?: Record<string, string> };
		return kept.user === user ? kept.known : undefined;
	} catch {
		return undefined;
	}
}

export const preferences = $state<Preferences>({ ...usual(), ...copied() });

/** zoneOf is a time zone as it was chosen; none is the browser's. One that this browser doesn't know is not followed. */
function zoneOf(choice: string): string | undefined {
	const zone = choice === 'organisation' ? account.me?.organisation.time_zone : choice;
	if (!zone || zone === 'browser') return undefined;
	try {
		new Intl.DateTimeFormat('en', { timeZone: zone });
		return zone;
	} catch {
		return undefined;
	}
}

/** speakAs keeps the choice for this browser, and reports whether the page must be loaded again to speak so. */
export function speakAs(language: string): boolean {
	const code = language === 'browser' ? '' : language;
	choose(code);
	return chosen() === code && resolve(code, navigator.languages).language !== speaks;
}

/** keepPreferences keeps the copy, and puts theme, density and time zone on the page. */
export function keepPreferences(): void {
	const zone = $derived(zoneOf(preferences.timeZone));
	setTimeZone(() => zone);
	$effect(() => {
		localStorage.setItem(COPY, JSON.stringify(preferences));
	});
	$effect(() => {
		const root = document.documentElement;
		if (preferences.theme === 'system') delete root.dataset['theme'];
		else root.dataset['theme'] = preferences.theme;
		root.dataset['density'] = preferences.density;
	});
}

const GATHER = 400;

/** followPreferences takes what the server has, brings it what changes here, and takes what changes elsewhere. */
export function followPreferences(onproblem: (text: string) => void, onlanguage: () => void): () => void {
	const user = account.me?.user.id;
	let first = true;
	/** As the server has them, each as text. */
	let known = knownOf(user);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const changed = () => all.filter((name) => known && JSON.stringify(preferences[name]) !== known[name]);

	function take(found: Record<string, unknown>) {
		// What was changed here and is not there yet stays.
		const own = new Set(changed());
		known = {};
		const now = known;
		for (const name of all) {
			const value = found[names[name]];
			now[name] = JSON.stringify(value);
			if (!own.has(name) && now[name] !== JSON.stringify(preferences[name])) Object.assign(preferences, { [name]: value });
		}
		localStorage.setItem(KNOWN, JSON.stringify({ user, known }));
		if (own.size > 0) soon();
		// Who has just come is spoken to in their language at once; who is at work is asked.
		if (speakAs(preferences.language)) {
			if (first) location.reload();
			else onlanguage();
		}
		first = false;
	}
	function soon() {
		clearTimeout(timer);
		timer = setTimeout(() => void send(), GATHER);
	}
	// An answer that was overtaken by a later question's is old.
	let asked = 0;
	let answered = 0;
	async function load() {
		const n = ++asked;
		const found = await api.get<Record<string, unknown>>('/me/preferences').catch(() => undefined);
		if (!found || n < answered) return;
		answered = n;
		take(found);
	}
	async function send() {
		const body = Object.fromEntries(changed().map((name) => [names[name], $state.snapshot(preferences[name])]));
		if (Object.keys(body).length === 0) return;
		try {
			const sent = Object.fromEntries(all.map((name) => [name, JSON.stringify(preferences[name])]));
			const answer = await api.patch<Record<string, unknown>>('/me/preferences', body);
			// What is there now is what was sent, unless it was changed again since.
			for (const name of all) if (names[name] in body && known) known[name] = sent[name]!;
			take(answer);
		} catch (cause) {
			onproblem((cause as Error).message);
		}
	}
	const { stop, joined } = account.realtime.subscribe('me', { frame: (f) => f.type === 'preferences.updated' && void load(), resync: () => void load() });
	void joined.then(load);
	const undo = $effect.root(() => {
		$effect(() => {
			JSON.stringify(preferences);
			untrack(soon);
		});
	});
	return () => {
		void send();
		clearTimeout(timer);
		undo();
		stop();
	};
}
