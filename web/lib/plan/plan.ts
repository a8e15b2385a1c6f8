/* plan -- the words of the plan as types; made.ts is made from the pack at each build. */
import type { Plan, Ref, Role as PlanRole } from './made';

export type { Ref };
export type Kind = keyof Plan;
export type MoveName<K extends Kind> = Plan[K]['move'];
export type FieldName<K extends Kind> = keyof Plan[K]['fields'] & string;
export type StateOf<K extends Kind, R extends keyof Plan[K]['states']> = Plan[K]['states'][R];
/** Who only runs the software has no part in the plan's moves, and is a role all the same. */
export type Role = PlanRole | 'SYS';

/** A field that nobody could fill in says why, or that it was erased. */
export type LeftOpen = { unknown: string } | { none: string } | { erased: number };

export interface Handle {
	id: number;
	kind: string;
	number?: string;
	title?: string;
	states?: Record<string, string>;
}
export interface Clock {
	code: string;
	zh?: string;
	en?: string;
	state: string;
	started?: string;
	due?: string;
	stopped?: string;
	missed?: string;
}
export interface Want {
	name: string;
	zh?: string;
	en?: string;
	otherwise?: string;
	optional?: boolean;
}
export interface MoveShown {
	move: string;
	zh: string;
	en: string;
	may: boolean;
	needs: Want[];
	asks: Want[];
	refusals?: import('../ask/problem').Refusal[];
}
export interface Proposal {
	id: number;
	move: string;
	version?: number;
	input?: Record<string, unknown> | null;
	signers?: unknown[];
	opened?: string | number;
	state: string;
}

/** A record as one sees it; `fields` by the names of its kind. */
export interface RecordOf<K extends Kind> {
	id: number;
	kind: K;
	number?: string;
	version: number;
	space: 'real' | 'drill';
	states: Plan[K]['states'];
	fields: Partial<Plan[K]['fields']>;
	created_at: string;
	updated_at: string;
	clocks: Clock[];
	proposals: Proposal[];
	linked?: Handle[];
	alike?: Handle[];
	moves?: MoveShown[];
}
/** The same where the kind is only known when the page runs. */
export interface AnyRecord extends Omit<RecordOf<Kind>, 'kind' | 'states' | 'fields'> {
	kind: string;
	states: Record<string, string>;
	fields: Record<string, unknown>;
}

/** A row of a list: references are names there. */
export interface Row {
	id: number;
	number?: string;
	version: number;
	states: Record<string, string>;
	fields: Record<string, unknown>;
	updated_at: string;
}
export interface List {
	kind: string;
	rows: Row[];
	after?: string;
}

/** Where a record is shown: by number where it has one. */
export const ref_of = (it: { id: number; number?: string }): string => it.number ?? String(it.id);
export const path_of = (kind: string, it: { id: number; number?: string }): string =>
	kind === 'incident' ? `/case/${ref_of(it)}` : `/record/${kind}/${ref_of(it)}`;
