/*
 * forward -- the move that takes each region on from where it stands.
 *
 * The plan has several moves from a state; these are the ones of its ordinary course.
 */
import { offered } from '../../lib/plan/offered';
import { kind_of, move_of, type State } from '../../lib/plan/catalogue.svelte';
import type { Kind, MoveName, MoveShown } from '../../lib/plan/plan';

export const REGIONS = ['handling', 'command', 'grade'] as const;
export type RegionName = (typeof REGIONS)[number];

const COURSE: Record<RegionName, readonly MoveName<'incident'>[]> = {
	handling: ['acknowledge', 'accept', 'confirm', 'choose_mode', 'contained', 'eradicated', 'recovered', 'evaluate', 'close', 'archive'],
	command: ['start', 'ratify', 'resubmit', 'propose_end', 'end'],
	grade: ['score', 'fix', 'accept_grade'],
};

/** What commonly has to be made before a move is possible; made with the case filled in, or an act of the case. */
export const HELP: Partial<Record<MoveName<'incident'>, { kinds?: readonly Kind[]; acts?: readonly MoveName<'incident'>[] }>> = {
	acknowledge: {},
	accept: { acts: ['score'] },
	confirm: { acts: ['record_facts', 'fix'], kinds: ['evidence', 'affected_system'] },
	choose_mode: { acts: ['search_plans', 'start_plans'], kinds: ['support_request'] },
	contained: { kinds: ['containment_action', 'affected_system'] },
	eradicated: { acts: ['record_cause'], kinds: ['remedy', 'evidence', 'evidence_waiver'] },
	recovered: { kinds: ['recovery_step'] },
	evaluate: { acts: ['propose_end'] },
	close: { acts: ['prepare_closing'], kinds: ['case_report', 'loss', 'evaluation', 'lesson', 'revision'] },
	archive: { acts: ['build_package', 'set_retention'] },
	start_delegated: { kinds: ['call_attempt'] },
	fix: { acts: ['accept'] },
};

export interface Forward {
	region: RegionName;
	move: MoveShown;
	open: boolean;
}

export function forward(moves: readonly MoveShown[]): Forward[] {
	return REGIONS.flatMap((region) => {
		const move = moves.find((m) => COURSE[region].some((name) => name === m.move));
		return move ? [{ region, move, open: offered(move) }] : [];
	});
}

export const region_of = (move: string): RegionName | undefined => {
	const region = move_of('incident', move)?.region;
	return REGIONS.find((one) => one === region);
};

/** The states of the ordinary course, in its order: the track of the phase board. */
export function track(): State[] {
	const states = kind_of('incident')?.regions.find((r) => r.name === 'handling')?.states ?? [];
	const on = new Set(COURSE.handling.map((name) => move_of('incident', name)?.to));
	return states.filter((state, i) => i === 0 || on.has(state.name));
}
