// The inbox's address: the open conversation in the path, the list's filters in the query.
import { router } from '../router.svelte.ts';
import type { ListQuery, Scope, Sort } from '../state/list.svelte.ts';

export function queryOf(params: URLSearchParams): ListQuery {
	const scope = params.get('scope');
	return {
		scope: (scope === 'team' || scope === 'all' ? scope : 'mine') satisfies Scope,
		status: params.get('status') ?? '',
		channel: params.get('channel') ?? '',
		queue: params.get('queue') ?? '',
		sort: (params.get('sort') === 'activity' ? 'activity' : 'waiting') satisfies Sort,
		q: params.get('q') ?? ''
	};
}

/** The address of a conversation (or of none) with the filters kept. */
export function address(id: string): string {
	const text = router.query.toString();
	return `/inbox${id ? `/${id}` : ''}${text ? `?${text}` : ''}`;
}
