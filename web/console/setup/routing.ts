// A routing configuration as a sentence: "Least active agent first, each counts 1 unit, 30 seconds to accept."
import type { RoutingConfiguration } from './types.ts';
import { ts } from './words.ts';

export function inWords(c: Partial<RoutingConfiguration>): string {
	const size = c.size_percent ? ts('routing.says.percent', { n: c.size_percent }) : ts.plural('routing.says.units', c.size_units ?? 1);
	const accept = c.auto_accept ? ts('routing.says.auto') : c.push_timeout_seconds ? ts('routing.says.seconds', { n: c.push_timeout_seconds }) : ts('routing.says.waits');
	return ts('routing.says', { first: ts(`routing.says.${c.model ?? 'least_active'}`), size, accept, priority: c.priority ?? 1 });
}
