/*
 * deeds -- a move made for each of several items, and what came of it.
 */
import { move, new_key } from '../../lib/ask/call';
import type { Problem } from '../../lib/ask/problem';
import type { MoveName } from '../../lib/plan/plan';
import { ref_of } from '../../lib/plan/plan';
import { toasts } from '../../lib/part/toast.svelte';
import { say } from '../../lib/words/lang.svelte';
import type { DeskKind, Item } from './item';
import { move_for, type Verb } from './verbs';
import { w } from './words';

export interface Refused {
	item: Item;
	problem: Problem;
}
export interface Outcome {
	done: Item[];
	proposed: Item[];
	refused: Refused[];
}

/** One after the other; each as it was seen, so that nobody's change is passed over. */
export async function do_all(verb: Verb, items: readonly Item[], input: (item: Item) => object): Promise<Outcome> {
	const out: Outcome = { done: [], proposed: [], refused: [] };
	for (const item of items) {
		const name = move_for(verb, item)?.name as MoveName<DeskKind> | undefined;
		if (!name) continue;
		const answer = await move<DeskKind>(item.kind, name, item.row.id, input(item), { seen: item.row.version, key: new_key() });
		if (!answer.ok) out.refused.push({ item, problem: answer.problem });
		else (answer.data.pending ? out.proposed : out.done).push(item);
	}
	return out;
}

async function take_back(items: readonly Item[], then: () => void): Promise<void> {
	let n = 0;
	for (const item of items) {
		const answer = await move('alert', 'reconsider', item.row.id, { reason: say(w.undone) });
		if (answer.ok) n++;
		else toasts.say(`${ref_of(item.row)}: ${say(answer.problem)}`, { bad: true });
	}
	if (n) toasts.say(say(w.undone_done, { n }));
	then();
}

/** Say it; with a way back where the plan has one. */
export function tell(verb: Verb, outcome: Outcome, then: () => void): void {
	const { done, proposed } = outcome;
	const back = verb.name === 'dismiss' || verb.name === 'suppress' ? done.filter((one) => one.kind === 'alert') : [];
	const undo = back.length ? () => void take_back(back, then) : undefined;
	if (done.length === 1) toasts.say(say(w.done_one, { verb: say(verb.label), what: ref_of(done[0]!.row) }), { undo });
	else if (done.length) toasts.say(say(w.done_n, { verb: say(verb.label), n: done.length }), { undo });
	if (proposed.length) toasts.say(say(w.waits, { what: proposed.map((one) => ref_of(one.row)).join(', ') }));
}
