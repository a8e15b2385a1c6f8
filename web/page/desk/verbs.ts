/*
 * verbs -- what a key does to each kind, as moves of the plan.
 *
 * The names are checked by the compiler; from which state they start, the catalogue says.
 */
import { session } from '../../lib/ask/session.svelte';
import { move_of, type Move } from '../../lib/plan/catalogue.svelte';
import type { MoveName, Role } from '../../lib/plan/plan';
import type { Both } from '../../lib/words/lang.svelte';
import type { DeskKind, Item } from './item';
import { w } from './words';

export type VerbName = 'acknowledge' | 'escalate' | 'merge' | 'suppress' | 'dismiss' | 'ask' | 'call';
type Moves = { [K in DeskKind]?: readonly MoveName<K>[] };
export interface Verb {
	name: VerbName;
	key: string;
	label: Both;
	moves: Moves;
}

export const VERBS: readonly Verb[] = [
	{ name: 'acknowledge', key: 'a', label: w.acknowledge, moves: { alert: ['analyse'], report: ['answer'], incident: ['acknowledge'] } },
	{ name: 'escalate', key: 'e', label: w.escalate, moves: { alert: ['promote'], report: ['link_case'], incident: ['accept'] } },
	{ name: 'merge', key: 'm', label: w.merge, moves: { alert: ['join'], report: ['link_case'], incident: ['merge'] } },
	{ name: 'suppress', key: 's', label: w.suppress, moves: { alert: ['suppress'] } },
	{ name: 'dismiss', key: 'd', label: w.dismiss, moves: { alert: ['dismiss'], report: ['reject'], incident: ['dismiss'] } },
	{ name: 'ask', key: 'q', label: w.ask, moves: { report: ['ask'] } },
	{ name: 'call', key: 'c', label: w.call, moves: { report: ['call_back'] } },
];

/** Has this person a part in the move at all? What else is wanted the daemon says. */
function has_part(move: Move): boolean {
	const roles = move.who.flatMap((who) => [who.do, who.propose, who.sign, who.confirm].flat(2)) as Role[];
	return session.holds(...roles.filter(Boolean));
}

/** The move that the verb is for this item as it stands now. */
export function move_for(verb: Verb, item: Item): Move | undefined {
	for (const name of verb.moves[item.kind] ?? []) {
		const move = move_of(item.kind, name);
		if (move && has_part(move) && (move.form === 'act' || move.from.includes(item.state))) return move;
	}
	return undefined;
}
