/*
 * where -- the search grammar of lists, as far as a page writes and explains it.
 *
 * The text is the truth (the daemon reads it: docs/api/http.md); this finds the plain
 * terms `field:value` in it, so that each can be shown in words and taken away.
 */
import { catalogue, code_name, kind_of, type Field, type KindInfo } from './catalogue.svelte';
import { often } from '../words/often';
import { say, words } from '../words/lang.svelte';
import { moment } from '../words/time';

const w = words({
	open: { zh: '未办结', en: 'Open' },
	from: { zh: '≥', en: '≥' },
	to: { zh: '≤', en: '≤' },
	any: { zh: '已填', en: 'filled in' },
});

export interface Term {
	/** As it stands in the text. */
	text: string;
	not: boolean;
	/** A plain term; others are words, brackets, OR. */
	field?: string;
	test: '' | '>=' | '<=' | '>' | '<';
	value: string;
}

const TERM = /(NOT\s+)?([a-z_]+)[:：](>=|<=|>|<)?("(?:\\.|[^"\\])*"|[^\s()"]+)|[()]|"(?:\\.|[^"\\])*"|[^\s()"]+/g;

export const quoted = (value: string): string => (/^[\w.*+-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`);
const plain = (value: string): string => (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value);

export function terms(where: string): Term[] {
	return [...where.matchAll(TERM)].map((m) => ({
		text: m[0],
		not: !!m[1],
		field: m[2],
		test: (m[3] ?? '') as Term['test'],
		value: m[4] ? plain(m[4]) : m[0],
	}));
}

/** Only terms that all must hold may be taken away one by one. */
export const simple = (all: Term[]): boolean => !all.some((t) => !t.field && ['(', ')', 'OR'].includes(t.text));

export const without = (where: string, term: Term): string => where.replace(term.text, '').replace(/\s+/g, ' ').trim();
export const with_term = (where: string, field: string, test: Term['test'], value: string): string =>
	`${where} ${field}:${test}${quoted(value)}`.trim();

/** What can be asked of a kind: filter fields, regions, `open`. */
export interface Askable {
	name: string;
	label: string;
	type: Field['type'] | 'state' | 'open';
	of?: string;
}
export function askable(kind: string): Askable[] {
	const info = kind_of(kind);
	if (!info) return [];
	return [
		...(info.regions.length ? [{ name: 'open', label: say(w.open), type: 'open' as const }] : []),
		...info.regions.map((r) => ({ name: r.name, label: say(r), type: 'state' as const })),
		...info.fields.filter((f) => f.filter).map((f) => ({ name: f.name, label: say(f), type: f.type, of: f.of })),
	];
}

/** The values that can be chosen: codes, states, yes and no. */
export function values_of(info: KindInfo | undefined, ask: Askable): { value: string; label: string }[] {
	if (ask.type === 'open' || ask.type === 'yes')
		return [
			{ value: 'yes', label: say(often.yes) },
			{ value: 'no', label: say(often.no) },
		];
	if (ask.type === 'state')
		return (info?.regions.find((r) => r.name === ask.name)?.states ?? []).map((s) => ({ value: s.name, label: say(s) }));
	if (ask.type === 'enum') return (catalogue().enums[ask.of ?? ''] ?? []).map((c) => ({ value: c.code, label: say(c) }));
	return [];
}

/** A term in words: "Unit ≥ 3". */
export function in_words(kind: string, term: Term): string {
	const ask = askable(kind).find((a) => a.name === term.field);
	if (!ask) return term.text;
	const value =
		term.value === '*' ? say(w.any)
		: ask.type === 'enum' ? code_name(ask.of, term.value)
		: ask.type === 'time' ? moment(term.value, term.value.length > 10 ? 'moment' : 'day') || term.value
		: (values_of(kind_of(kind), ask).find((v) => v.value === term.value)?.label ?? term.value);
	const test = term.test.startsWith('>') ? ` ${say(w.from)} ` : term.test.startsWith('<') ? ` ${say(w.to)} ` : ' = ';
	return `${term.not ? '¬ ' : ''}${ask.label}${test}${value}`;
}
