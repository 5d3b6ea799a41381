// What this person chose for this browser: looks, sounds, keys, folded sections. Kept in localStorage.

interface Values {
	theme: 'system' | 'light' | 'dark';
	density: 'comfortable' | 'compact';
	sound: boolean;
	notices: boolean;
	/** Single-letter keys (WCAG 2.1.4: they can be switched off). */
	letters: boolean;
	/** Enter sends, and Shift+Enter makes a new line; otherwise Ctrl+Enter sends. */
	enterSends: boolean;
	listWidth: number;
	contextWidth: number;
	context: boolean;
	folded: string[];
}

const KEY = 'switchboard.preferences';
const defaults: Values = { theme: 'system', density: 'comfortable', sound: true, notices: false, letters: true, enterSends: true, listWidth: 320, contextWidth: 320, context: true, folded: [] };

function stored(): Partial<Values> {
	try {
		return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Values>;
	} catch {
		return {};
	}
}

export const preferences = $state<Values>({ ...defaults, ...stored() });

/** keepPreferences writes each change down, and puts theme and density on the page. */
export function keepPreferences(): void {
	$effect(() => {
		localStorage.setItem(KEY, JSON.stringify(preferences));
	});
	$effect(() => {
		const root = document.documentElement;
		if (preferences.theme === 'system') delete root.dataset['theme'];
		else root.dataset['theme'] = preferences.theme;
		root.dataset['density'] = preferences.density;
	});
}
