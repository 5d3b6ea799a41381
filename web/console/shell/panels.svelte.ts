// Which of the page-wide panels is open. At most one is. What the address names comes and goes with the
// browser's history; the palette is over in a moment and stays out of it.
import { router } from '../router.svelte.ts';
import { preferences } from '../state/preferences.svelte.ts';

const named = ['keys', 'preferences', 'start'] as const;
export type Panel = '' | 'palette' | (typeof named)[number];

class Panels {
	private palette = $state(false);
	/** Whom a new conversation is to be with, when that is known: taken by the panel as it opens. */
	to = '';

	get open(): Panel {
		if (this.palette) return 'palette';
		return named.find((n) => n === router.query.get('panel')) ?? '';
	}
	set open(panel: Panel) {
		this.palette = panel === 'palette';
		if (panel !== 'palette' && (panel || router.query.has('panel'))) router.layer('panel', panel);
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
