/* The board of deadlines as the daemon tells it. */
import type { Both } from '../../lib/words/lang.svelte';
import { certainties, states } from './words';

export type State = keyof typeof states;
export const STATES = Object.keys(states) as State[];

interface Handle {
	id: number;
	kind: string;
	number?: string;
	title?: string;
}
export interface Deadline {
	duty: Handle;
	case?: Handle;
	recipient?: string;
	regime?: string;
	regime_name?: Both;
	stage_name?: Both;
	rule?: Both;
	certainty?: string;
	life: string;
	state: State;
	counts: boolean;
	mandatory: boolean;
	due?: string;
	missed?: string;
}
export interface Board {
	deadlines: Deadline[];
	more: boolean;
}

export const certainty_of = (word: string | undefined): Both | undefined => certainties[word as keyof typeof certainties];
/** Known well enough to be shown without a mark. */
export const verified = (one: Deadline): boolean => one.certainty === 'read' || one.certainty === 'verified';

export function numbers(rows: readonly Deadline[]): Map<State, number> {
	const many = new Map<State, number>();
	for (const one of rows) many.set(one.state, (many.get(one.state) ?? 0) + 1);
	return many;
}
