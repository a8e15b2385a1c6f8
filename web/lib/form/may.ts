/*
 * may -- whether a move can be begun here.
 *
 * The daemon says of a move without its input whether it would do it. Where all that it
 * misses is what the form of the move asks for, the form is the next step and no refusal.
 */
import type { MoveShown } from '../plan/plan';

export function can_begin(m: MoveShown): boolean {
	if (m.may) return true;
	const asked = new Set([...m.needs, ...m.asks].map((want) => want.name));
	const refusals = m.refusals ?? [];
	return refusals.length > 0 && refusals.every((r) => !!r.missing?.length && r.missing.every((one) => one.what && asked.has(one.what)));
}
