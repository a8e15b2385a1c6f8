/*
 * conflict -- what becomes of a form whose record somebody else changed meanwhile.
 *
 * Nothing is lost on either side: what they alone changed is taken over, what both
 * changed is shown in both forms and chosen by whoever fills the form.
 */
import type { Field } from '../plan/catalogue.svelte';
import type { Values } from './draft';
import { typed_of, value_of, type Typed } from './value';

export interface Clash {
	field: Field;
	/** As it stands in the record now; undefined: nothing. */
	theirs: unknown;
	mine: Typed;
}
export interface Met {
	clashes: Clash[];
	/** What they alone changed. */
	taken: Field[];
}

const said = (field: Field, typed: Typed | undefined) => JSON.stringify(value_of(field, typed));

/** `stood`: the record's fields when the form began; `fresh`: as they are now; changes `values` where they alone changed. */
export function meet(fields: readonly Field[], stood: Record<string, unknown>, fresh: Record<string, unknown>, values: Values): Met {
	const met: Met = { clashes: [], taken: [] };
	for (const field of fields) {
		const before = said(field, typed_of(field, stood[field.name]));
		const theirs = typed_of(field, fresh[field.name]);
		const now = said(field, theirs);
		const mine = said(field, values[field.name]);
		if (now === before || now === mine) continue;
		if (mine === before) {
			values[field.name] = theirs;
			met.taken.push(field);
		} else met.clashes.push({ field, theirs: fresh[field.name], mine: values[field.name] ?? {} });
	}
	return met;
}
