// The words of the audit log: what a line says was done, and with what.
import { places } from './places.ts';
import type { AuditLine } from './types.ts';
import { ts } from './words.ts';

const verbs: Record<string, string> = { POST: 'made', PATCH: 'changed', PUT: 'changed', DELETE: 'removed' };

/** What kinds of things there are, by the first part of their route. */
export const nouns = (): { value: string; label: string }[] =>
	places()
		.filter((p) => p.path && !['security', 'delivery-errors', 'quarantine', 'audit'].includes(p.path))
		.map((p) => ({ value: p.path, label: p.label }))
		.toSorted((a, b) => a.label.localeCompare(b.label));

/** "Queues · changed", or what else was done: "Channels · production". */
export function said(line: AuditLine): string {
	const [method, route] = line.action.split(' ') as [string, string];
	const [noun, ...rest] = route.slice(1).split('/') as [string, ...string[]];
	const place = places().find((p) => p.path === noun)?.label ?? noun.replaceAll('-', ' ');
	const more = rest.filter((part) => !part.startsWith('{')).join(' ').replaceAll('-', ' ');
	const verb = verbs[method] ?? 'changed';
	return more ? `${place} · ${more}` : `${place} · ${ts(`audit.${verb}` as 'audit.made')}`;
}

/** What was asked for, a value to a line. */
export function facts(line: AuditLine): { name: string; value: string }[] {
	const out: { name: string; value: string }[] = [];
	const walk = (value: unknown, name: string) => {
		if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
			for (const [key, inner] of Object.entries(value)) walk(inner, name ? `${name}.${key}` : key);
		} else {
			out.push({ name, value: Array.isArray(value) ? value.map((v) => (typeof v === 'object' ? JSON.stringify(v) : String(v))).join(', ') : value === null ? '' : String(value) });
		}
	};
	walk(line.detail ?? {}, '');
	return out;
}
