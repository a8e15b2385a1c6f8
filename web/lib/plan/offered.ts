/*
 * offered -- which moves are worth a button.
 *
 * The daemon judges a move as if it were made now with nothing filled in. Where only what the
 * form would ask for is missing, the form is the way on; everything else is a reason why not.
 */
import type { AnyRecord, MoveShown } from './plan';

export function offered(move: MoveShown): boolean {
	if (move.may) return true;
	const asked = new Set([...move.needs, ...move.asks].map((want) => want.name));
	const refusals = move.refusals ?? [];
	return refusals.length > 0 && refusals.every((r) => !!r.missing?.length && r.missing.every((one) => one.what && asked.has(one.what)));
}

export const is_offered = (record: Pick<AnyRecord, 'moves'> | undefined, name: string): boolean =>
	!!record?.moves?.some((move) => move.move === name && offered(move));
