/* The board of deadlines as the daemon tells it. */
import type { Both } from '../../lib/words/lang.svelte';
import type { Handle } from '../../lib/plan/plan';
import { states } from './words';

export type State = keyof typeof states;
export const STATES = Object.keys(states) as State[];

export interface Deadline {
	duty: Handle;
	case?: Handle;
	recipient?: string;
	regime?: string;
	regime_name?: Both;
	stage?: string;
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

/** How many of each, the most frequent first. */
export function numbers<T extends string>(rows: readonly Deadline[], by: (one: Deadline) => T): Map<T, number> {
	const many = new Map<T, number>();
	for (const one of rows) many.set(by(one), (many.get(by(one)) ?? 0) + 1);
	return new Map([...many].sort((a, b) => b[1] - a[1]));
}
