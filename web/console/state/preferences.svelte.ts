// What this person chose: looks, keys, what calls them and by which way. The server has it, and tells when
// another screen changed it; localStorage has a copy, so that the first paint is right.
import { untrack } from 'svelte';
import { api } from '../api/client.ts';
import { account } from './account.svelte.ts';

export type News = 'offer' | 'message' | 'mention' | 'flag';
export type Way = 'sound' | 'desktop' | 'push' | 'title' | 'favicon';
type Ways = Record<Way, boolean>;

export interface Preferences {
	theme: 'system' | 'light' | 'dark';
	density: 'comfortable' | 'compact';
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
	theme: 'theme', density: 'density', letters: 'letters', keys: 'keys', enterSends: 'enter_sends', notify: 'notify', quietAway: 'quiet_away',
	pushText: 'push_text', listWidth: 'list_width', contextWidth: 'context_width', context: 'context', folded: 'folded'
};
const all = Object.keys(names) as (keyof Preferences)[];

const COPY = 'switchboard.preferences.2';
/** What the server had, and for whom: a change that a closed page could not bring it any more is still one. */
const KNOWN = 'switchboard.preferences.known';
const ways = (): Ways => ({ sound: true, desktop: false, push: true, title: true, favicon: true });
const usual = (): Preferences => ({
	theme: 'system', density: 'comfortable', letters: true, keys: {}, enterSends: true,
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

/** keepPreferences keeps the copy, and puts theme and density on the page. */
export function keepPreferences(): void {
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
export function followPreferences(onproblem: (text: string) => void): () => void {
	const user = account.me?.user.id;
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
	}
	function soon() {
		clearTimeout(timer);
		timer = setTimeout(() => void send(), GATHER);
	}
	async function load() {
		const found = await api.get<Record<string, unknown>>('/me/preferences').catch(() => undefined);
		if (found) take(found);
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
