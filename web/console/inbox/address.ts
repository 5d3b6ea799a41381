// The inbox's address: the open conversation in the path, the list's filters in the query.
import type { ListQuery, Scope, Sort } from '../state/list.svelte.ts';
import { panes } from './panes.svelte.ts';

export function queryOf(params: URLSearchParams): ListQuery {
	const scope = params.get('scope');
	const status = params.get('status') ?? '';
	const closed = status === 'ended' || status === 'error';
	return {
		scope: (scope === 'team' || scope === 'all' ? scope : 'mine') satisfies Scope,
		status,
		channel: params.get('channel') ?? '',
		queue: params.get('queue') ?? '',
		flagged: params.get('flagged') === 'true' ? 'true' : '',
		// Nobody waits in what is over: the latest end stands first there.
		sort: (params.get('sort') === 'activity' ? 'activity' : closed ? 'ended' : 'waiting') satisfies Sort,
		q: params.get('q') ?? ''
	};
}

/** The address of a conversation (or of none) with the filters kept. */
export const address = (id: string): string => panes.address(id);
