/* history -- entries of the record as the daemon gives them, and what a decision is among them. */
import type { Handle } from '../../lib/plan/plan';
import { move_of } from '../../lib/plan/catalogue.svelte';
import { say } from '../../lib/words/lang.svelte';
import { w } from './words';

interface Made {
	move: string;
	region?: string;
	from?: string;
	to?: string;
	proposed?: boolean;
	proposer?: number;
	record?: string[];
	authority?: { role?: string };
}
export interface Snapshot {
	version?: number;
	digest?: string;
	evidence?: string[];
	reports?: string[];
	systems?: string[];
	calls?: string[];
}
export interface Entry {
	seq: number;
	at: string;
	occurred?: string;
	type: string;
	who?: Handle;
	change?: { set?: Record<string, unknown>; moves?: Made[]; snapshot?: Snapshot };
}
export interface Told {
	entries: Entry[];
	names: Record<string, Handle>;
}

const DECIDES = /^decision\b|_decision$|^grade_decision$|^activation|_proposal$|^lead$/;

/** A decision of the case, or what was put before who decides. */
export const is_decision = (entry: Entry): boolean =>
	!!entry.change?.snapshot || (entry.change?.moves ?? []).some((m) => m.proposed || (m.record ?? []).some((r) => DECIDES.test(r)));
export const is_move = (entry: Entry): boolean => (entry.change?.moves ?? []).some((m) => m.to);

/** "incident.fix.proposed": what was done, in the words of the plan. */
export function named(type: string): string {
	const [kind, name, proposed] = type.split('.');
	if (kind === 'change') return say(w.changed_along);
	if (kind === 'check') return say(w.checked);
	const move = say(kind && name ? move_of(kind, name) : undefined) || type;
	return proposed ? say(w.proposal_of, { move }) : move;
}
