// Which of the page-wide panels is open. At most one is.
import { preferences } from '../state/preferences.svelte.ts';

class Panels {
	open = $state<'' | 'palette' | 'keys' | 'preferences' | 'start'>('');
}

/** Beside the conversation there is room for details only in a wide window; in a narrow one they cover it. */
class Details {
	private narrow = $state(false);
	private covering = $state(false);

	constructor() {
		const query = matchMedia('(max-width: 1180px)');
		const take = () => {
			this.narrow = query.matches;
			this.covering = false;
		};
		query.addEventListener('change', take);
		take();
	}

	get open(): boolean {
		return this.narrow ? this.covering : preferences.context;
	}
	set open(open: boolean) {
		if (this.narrow) this.covering = open;
		else preferences.context = open;
	}
}

export const details = new Details();
export const panels = new Panels();
