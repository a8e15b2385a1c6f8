/*
 * item -- what waits on the desk: an alert, a unit's report, one that came by mail, a case not yet taken up.
 */
import type { Row } from '../../lib/plan/plan';
import { ms } from '../../lib/words/time';

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
	count: number;
	/** 1 to 5; a person who waits for an answer counts as high, an unknown level too. */
	urgency: number;
}

const ALERT_URGENCY: Record<string, number> = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };
const WAITING = 4;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const key_of = (kind: string, id: number): string => `${kind} ${id}`;
export const where_waits = (kind: DeskKind): string => {
	const { region, states } = WAITS[kind];
	return states.map((state) => `${region}:${state}`).join(' OR ');
};
export const waits = (kind: DeskKind, row: Row): boolean => WAITS[kind].states.includes(row.states[WAITS[kind].region] ?? '');

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
		count: Number(f.count) || 1,
		urgency: kind === 'alert' ? (ALERT_URGENCY[text(f.level)] ?? WAITING) : Number(f.confirmed_level) || WAITING,
	};
}

/** The most urgent first, then what has waited longest. */
export const by_urgency = (a: Item, b: Item): number => b.urgency - a.urgency || ms(a.at) - ms(b.at) || a.row.id - b.row.id;
