// What was begun and not sent, per conversation and mode, in localStorage: a closed tab loses nothing.
import { SvelteMap } from 'svelte/reactivity';

export type Mode = 'reply' | 'note';
const begun = new SvelteMap<string, string>();
/** The drafts of one user: on a shared computer the next one sees none of them. */
let prefix = '';

export const drafts = {
	start(user: string): void {
		prefix = `switchboard.draft.${user}.`;
		begun.clear();
		for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) begun.set(key.slice(prefix.length), localStorage.getItem(key) ?? '');
	},
	get: (conversation: string, mode: Mode): string => begun.get(`${conversation}.${mode}`) ?? '',
	set(conversation: string, mode: Mode, text: string): void {
		const key = `${conversation}.${mode}`;
		if (text.trim() === '') {
			begun.delete(key);
			localStorage.removeItem(prefix + key);
		} else {
			begun.set(key, text);
			localStorage.setItem(prefix + key, text);
		}
	},
	/** The draft that the list shows. */
	any: (conversation: string): string => begun.get(`${conversation}.reply`) ?? begun.get(`${conversation}.note`) ?? ''
};
