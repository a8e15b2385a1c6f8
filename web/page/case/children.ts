/* children -- what belongs to the case: how many of a kind, and lists of them. */
import { query, type Query } from '../../lib/ask/query.svelte';
import type { AnyRecord, Handle, Kind, List } from '../../lib/plan/plan';

export const MOST = 200;

export const MEASURES = ['containment_action', 'remedy', 'recovery_step'] as const satisfies readonly Kind[];
export const DOCUMENTS = [
	'case_report', 'special_plan', 'warning', 'warning_duty', 'notice', 'support_request', 'report', 'addendum', 'note', 'call_attempt',
	'consultation', 'loss', 'evaluation', 'lesson', 'revision', 'rectification', 'plan_search', 'evidence_waiver',
] as const satisfies readonly Kind[];
/* What must be told upward, and from when it counts. */
export const UPWARD = ['upward_report', 'case_fact'] as const satisfies readonly Kind[];

/** Rows of a kind that name the case; newest first. */
export function rows_of(kind: () => Kind, ref: () => string): Query<List> {
	return query<List>(
		() => `/${kind()}?where=${encodeURIComponent(`incident:${ref()}`)}&limit=${MOST}`,
		() => [kind(), 'incident'],
	);
}

export const linked = (record: AnyRecord, ...kinds: Kind[]): Handle[] =>
	(record.linked ?? []).filter((one) => kinds.some((kind) => kind === one.kind));

export const count = (record: AnyRecord, ...kinds: Kind[]): number => linked(record, ...kinds).length;
