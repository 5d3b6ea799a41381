// Which of the page-wide panels is open. At most one is. What the address names comes and goes with the
// browser's history; the palette is over in a moment and stays out of it.
import { router } from '../router.svelte.ts';
import { preferences } from '../state/preferences.svelte.ts';

const named = ['keys', 'preferences', 'start'] as const;
export type Panel = '' | 'palette' | (typeof named)[number];

/** The parts of the preferences, each with an address of its own. */
export const preferenceParts = ['general', 'notify', 'devices', 'keys'] as const;
export type PreferencePart = (typeof preferenceParts)[number];

class Panels {
	private palette = $state(false);
	/** Whom a new conversation is to be with, when that is known: taken by the panel as it opens. */
	to = '';

	/** How the conversation in front is handed to a colleague, while it can be. */
	transfer = $state.raw<{ session: string; to: (name: string) => void } | undefined>();

	get open(): Panel {
		if (this.palette) return 'palette';
		const panel = router.query.get('panel')?.split('.')[0];
		return named.find((n) => n === panel) ?? '';
	}
	set open(panel: Panel) {
		this.palette = panel === 'palette';
		if (panel !== 'palette' && (panel || router.query.has('panel'))) router.layer('panel', panel);
	}

	/** Which part of the preferences is shown. Leafing through them is one step of the history. */
	get part(): PreferencePart {
		const part = router.query.get('panel')?.split('.')[1];
		return preferenceParts.find((p) => p === part) ?? 'general';
	}
	set part(part: PreferencePart) {
		this.palette = false;
		router.layer('panel', part === 'general' ? 'preferences' : `preferences.${part}`);
	}
}

/** Beside the conversation there is room for details only in a wide window; in a narrow one they cover it. */
class Details {
	private narrow = $state(false);

	constructor() {
		const query = matchMedia('(max-width: 1180px)');
		const take = () => (this.narrow = query.matches);
		query.addEventListener('change', take);
		take();
	}

	get open(): boolean {
		return this.narrow ? router.query.has('details') : preferences.context;
	}
	set open(open: boolean) {
		if (this.narrow) router.layer('details', open ? '1' : '');
		else preferences.context = open;
	}
}

export const details = new Details();
export const panels = new Panels();
