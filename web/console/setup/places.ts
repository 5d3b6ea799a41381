// The places of the set-up: for its navigation, its search, and the palette. What each is looked for by
// beside its name stands in the words file.
import { ts } from './words.ts';

export interface Place {
	path: string;
	label: string;
	group: string;
	/** What it is also looked for by. */
	words: string;
	/** The permission that opens it; the others need setup.view. */
	permission?: string;
}

const place = (path: string, label: string, group: string, permission?: string): Place => {
	const key = `find.${path || 'first-steps'}`;
	return { path, label, group, permission, words: ts.has(key) ? ts(key) : '' };
};

/** places are asked for when they are shown: the words come in the page's language. */
export const places = (): Place[] => [
	place('', ts('checklist.title'), ''),
	place('security', ts('security.title'), '', 'organisation.configure'),
	place('channels', ts('channels.title'), ts('group.channels')),
	place('deployments', ts('deployments.title'), ts('group.channels')),
	place('keysets', ts('keysets.title'), ts('group.channels')),
	place('keys', ts('idkeys.title'), ts('group.channels')),
	place('templates', ts('templates.title'), ts('group.channels')),
	place('consent', ts('rules.title'), ts('group.channels')),
	place('countries', ts('countries.title'), ts('group.channels')),
	place('queues', ts('queues.title'), ts('group.work')),
	place('routing-configurations', ts('routing.title'), ts('group.work')),
	place('presence-statuses', ts('presence.title'), ts('group.work')),
	place('quick-texts', ts('quick.title'), ts('group.work')),
	place('users', ts('users.title'), ts('group.people')),
	place('permission-sets', ts('sets.title'), ts('group.people')),
	place('api-keys', ts('keys.title'), ts('group.people'), 'api_key.manage'),
	place('sensitive-data-rules', ts('sensitive.title'), ts('group.people')),
	place('organisation', ts('organisation.title'), ts('group.people')),
	place('audit', ts('audit.title'), ts('group.watch'), 'audit.view'),
	place('delivery-errors', ts('errors.title'), ts('group.watch'), 'delivery_error.view'),
	place('quarantine', ts('quarantine.title'), ts('group.watch'), 'quarantine.view')
];

export const href = (path: string) => (path ? `/setup/${path}` : '/setup');

/** found are the places whose name or other words begin with what was typed, word by word. */
export function found(all: Place[], text: string): Place[] {
	const typed = text.toLowerCase().split(/\s+/).filter(Boolean);
	return all.filter((p) => {
		const known = `${p.label} ${p.group} ${p.words}`.toLowerCase().split(/[\s,]+/);
		return typed.every((word) => known.some((k) => k.startsWith(word)));
	});
}
