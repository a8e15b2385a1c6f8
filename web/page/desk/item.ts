/*
 * item -- what waits on the desk: an alert, a unit's report, one that came by mail, a case not yet taken up.
 */
import type { Row } from '../../lib/plan/plan';

export type DeskKind = 'alert' | 'report' | 'incident';
export type Lane = DeskKind | 'mail';
export const LANES: readonly Lane[] = ['alert', 'report', 'mail', 'incident'];

/** In which states of which region a record waits here. */
export const WAITS: Record<DeskKind, { region: string; states: readonly string[] }> = {
	alert: { region: 'life', states: ['new', 'analysing'] },
	report: { region: 'life', states: ['submitted', 'receipted', 'supplement'] },
	incident: { region: 'handling', states: ['received', 'triage'] },
};
export const KINDS = Object.keys(WAITS) as DeskKind[];

export interface Item {
	key: string;
	kind: DeskKind;
	lane: Lane;
	row: Row;
	state: string;
	title: string;
	unit: string;
	/** Since when it is there. */
	at: string;
	/** The same as the daemon sorts by it; empty: unknown, behind all others. */
	since: string;
	count: number;
	/** 1 to 5; a person who waits for an answer counts as high, an unknown level too. */
	urgency: number;
}

/** By which field a kind is more or less urgent, and since when one of it waits. */
export const URGENT_BY: Record<DeskKind, { level?: string; urgency: Readonly<Record<string, number>>; since: string }> = {
	alert: { level: 'level', urgency: { informational: 1, low: 2, medium: 3, high: 4, critical: 5 }, since: 'last_at' },
	report: { urgency: {}, since: 'aware_at' },
	incident: { level: 'confirmed_level', urgency: { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 }, since: 'aware_at' },
};
/** A person who waits for an answer, and what nobody has graded. */
export const WAITING = 4;
export const URGENCIES = [5, 4, 3, 2, 1] as const;
export const urgency_of = (kind: DeskKind, level: unknown): number => URGENT_BY[kind].urgency[String(level ?? '')] ?? WAITING;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const key_of = (kind: string, id: number): string => `${kind} ${id}`;
export const where_waits = (kind: DeskKind): string => {
	const { region, states } = WAITS[kind];
	return `(${states.map((state) => `${region}:${state}`).join(' OR ')})`;
};
/** Those of a kind that are as urgent; the daemon finds them by the same words. */
export function where_urgent(kind: DeskKind, urgency: number): string {
	const { level, urgency: known } = URGENT_BY[kind];
	const at = (wanted: (n: number) => boolean) => Object.keys(known).filter((value) => wanted(known[value]!)).map((value) => `${level}:${value}`);
	if (urgency !== WAITING) return `(${at((n) => n === urgency).join(' OR ')})`;
	const others = at((n) => n !== urgency);
	return others.length ? `NOT (${others.join(' OR ')})` : '';
}
export const waits = (kind: DeskKind, row: Pick<Row, 'states'>): boolean => WAITS[kind].states.includes(row.states[WAITS[kind].region] ?? '');

export function item_of(kind: DeskKind, row: Row, by_mail: boolean): Item {
	const f = row.fields;
	return {
		key: key_of(kind, row.id),
		kind,
		lane: by_mail ? 'mail' : kind,
		row,
		state: row.states[WAITS[kind].region] ?? '',
		title: text(f.title) || text(f.what),
		unit: text(f.unit),
		at: text(f.last_at) || text(f.aware_at) || row.updated_at,
		since: text(f[URGENT_BY[kind].since]),
		count: Number(f.count) || 1,
		urgency: urgency_of(kind, f[URGENT_BY[kind].level ?? '']),
	};
}

const by_text = (a: string, b: string): number => (a === b ? 0 : !a ? 1 : !b ? -1 : a < b ? -1 : 1);
/** The most urgent first, then what has waited longest. */
export const by_urgency = (a: Item, b: Item): number => b.urgency - a.urgency || by_text(a.since, b.since) || a.row.id - b.row.id;
