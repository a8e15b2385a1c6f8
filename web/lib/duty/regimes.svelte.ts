/*
 * regimes -- the duties to report upward that the plan in force knows, asked once for all pages.
 *
 * Which of them bind here stands in the records `regime_adoption`.
 */
import { get } from '../ask/call';
import type { Both } from '../words/lang.svelte';

export interface Stage {
	id: string;
	variant?: string;
	label?: Both;
	recipient?: Both;
	rule: Both;
	starts: { from: string; of?: string; within: Both }[];
	exceptions: { name: string; within: Both; certainty?: string }[];
	type?: string;
	mandatory: boolean;
	basis?: string;
	certainty?: string;
	verified_by?: string;
	verified_at?: string;
	note?: Both;
}
export interface Regime {
	id: string;
	label: Both;
	/** A rule of the plan itself, in force with it. */
	own: boolean;
	jurisdiction?: string;
	calendar?: string;
	source?: string;
	edition?: string;
	in_force?: string;
	status?: Both;
	trigger?: Both;
	note?: Both;
	variants?: { id: string; who?: Both }[];
	stages?: Stage[];
	within?: Both;
	recipient?: string;
	mandatory?: boolean;
	basis?: string;
	certainty?: string;
	verified_by?: string;
}

let all = $state.raw<Map<string, Regime>>(new Map());
let asked: Promise<void> | undefined;

async function read(): Promise<void> {
	const answer = await get<{ regimes: Regime[] }>('/plan/regimes');
	if (answer.ok) all = new Map(answer.data.regimes.map((one) => [one.id, one]));
	else asked = undefined;
}

/** By name; empty until they are there. */
export function regimes(): ReadonlyMap<string, Regime> {
	asked ??= read();
	return all;
}

export const stage_of = (regime: unknown, stage: unknown): Stage | undefined => regimes().get(String(regime))?.stages?.find((one) => one.id === stage);
