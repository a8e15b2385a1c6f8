/* lines -- which fields the form of a move has, in their order: what it needs, what it asks, and all others of a new record. */
import { field_of, kind_of, type Field } from '../plan/catalogue.svelte';
import type { Want } from '../plan/plan';

export interface Line {
	field: Field;
	required: boolean;
	otherwise?: string;
	/** Behind "further fields". */
	later: boolean;
}
interface Asking {
	form?: string;
	needs?: Want[];
	asks?: Want[];
}

/** `info`: the move as the plan has it; `shown`: as it stands at the record; `only`: of the optional fields these, in this order. */
export function lines_of(kind: string, info: Asking | undefined, shown: Asking | undefined, only: readonly string[] | undefined): Line[] {
	const named = new Map<string, Line>();
	const put = (name: string, required: boolean, later: boolean, otherwise?: string) => {
		const field = field_of(kind, name);
		if (field && !named.has(name)) named.set(name, { field, required, otherwise, later });
	};
	for (const want of [...(info?.needs ?? []), ...(shown?.needs ?? []), ...(shown?.asks ?? info?.asks ?? [])]) put(want.name, !want.optional, false, want.otherwise);
	if (info?.form === 'create')
		for (const field of kind_of(kind)?.fields ?? []) if (!field.engine) put(field.name, false, !only?.includes(field.name));
	return [...named.values()];
}

/** What is asked first; with `only`, its order. */
export function asked_first(lines: Line[], only: readonly string[] | undefined): Line[] {
	const first = lines.filter((one) => !one.later);
	const rank = (one: Line) => (only?.indexOf(one.field.name) ?? -1) + 1 || (one.required ? 0 : 99);
	return only ? first.sort((a, b) => rank(a) - rank(b)) : first;
}
