/*
 * value -- what stands in a field of a form, and what of it is sent.
 *
 * A form keeps what was typed as it was typed; only sending makes a value of it,
 * so that a draft comes back as it was.
 */
import type { Field } from '../plan/catalogue.svelte';
import { now } from '../words/now.svelte';
import { time_text, time_typed } from '../words/typed_time';

export interface Choice {
	id: number;
	label: string;
}
/** Typed text, codes, records, scores; `open` where it is left open with a reason. */
export interface Typed {
	text?: string;
	list?: string[];
	refs?: Choice[];
	scores?: Record<string, string>;
	open?: { as: 'unknown' | 'none'; reason: string };
}

interface Shown {
	id: number;
	number?: string;
	title?: string;
}
export const label_of = (it: Shown): string => [it.number, it.title].filter(Boolean).join(' ') || String(it.id);

/** What the record holds already, as it would be typed. */
export function typed_of(field: Field, value: unknown): Typed {
	const all = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
	const open = all[0] as Record<string, string> | undefined;
	if (open && typeof open === 'object' && !field.many)
		for (const as of ['unknown', 'none'] as const) if (as in open) return { open: { as, reason: open[as] ?? '' } };
	if (field.type === 'ref') return { refs: (all as Shown[]).filter((one) => one?.id).map((one) => ({ id: one.id, label: label_of(one) })) };
	if (field.type === 'scores')
		return { scores: Object.fromEntries(Object.entries((value ?? {}) as object).map(([k, v]) => [k, String(v)])) };
	if (field.many) return { list: all.map(String) };
	if (field.type === 'time') return { text: time_text(all[0] as string | undefined) };
	return { text: all.length ? String(all[0]) : '' };
}

function text_value(field: Field, text: string): unknown {
	switch (field.type) {
		case 'number':
			return Number(text);
		case 'yes':
			return text === 'true';
		case 'time':
			return time_typed(text, now.ms) ?? text;
		default:
			return text;
	}
}

/** What is sent; undefined: nothing was filled in. */
export function value_of(field: Field, typed: Typed | undefined): unknown {
	if (!typed) return undefined;
	if (typed.open) return typed.open.reason.trim() ? { [typed.open.as]: typed.open.reason.trim() } : undefined;
	if (field.type === 'ref') {
		const ids = typed.refs?.map((one) => one.id) ?? [];
		return ids.length ? (field.many ? ids : ids[0]) : undefined;
	}
	if (field.type === 'scores') {
		const given = Object.entries(typed.scores ?? {}).filter(([, score]) => score);
		return given.length ? Object.fromEntries(given.map(([k, v]) => [k, v === 'unknown' ? v : Number(v)])) : undefined;
	}
	if (field.many) {
		const list = (typed.list ?? []).map((one) => one.trim()).filter(Boolean);
		return list.length ? list : undefined;
	}
	const text = (typed.text ?? '').trim();
	return text ? text_value(field, text) : undefined;
}
