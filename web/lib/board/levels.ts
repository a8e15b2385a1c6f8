/*
 * levels -- open cases by level and phase, and the lists behind each number.
 *
 * The level of a case is the confirmed one, else the provisional one; 0: none yet.
 * Each number on the board is the length of the list to which it leads, so both
 * are made from the same words here.
 */
import { kind_of, type State } from '../plan/catalogue.svelte';
import type { StateOf } from '../plan/plan';

export type Phase = StateOf<'incident', 'handling'>;

/* Open in the record, but nothing burns there any more: they lack a seal or somebody's receipt. */
const SETTLED: readonly Phase[] = ['closed', 'dismissed', 'referred'];

export const LEVELS = [5, 4, 3, 2, 1, 0] as const;

const no_level = 'NOT confirmed_level:*';
export const where_level = (level: number): string =>
	level ? `(confirmed_level:${level} OR (${no_level} provisional_level:${level}))` : `${no_level} NOT provisional_level:*`;
export const where_handled = ['open:yes', ...SETTLED.map((phase) => `NOT handling:${phase}`)].join(' ');
export const where_cell = (level: number, phase: string): string => `open:yes handling:${phase} ${where_level(level)}`;
export const list_path = (where: string, kind = 'incident'): string => `/list/${kind}?where=${encodeURIComponent(where)}`;

export const phases = (): State[] => (kind_of('incident')?.regions.find((r) => r.name === 'handling')?.states ?? []).filter((s) => !s.end);
export const is_settled = (phase: string): boolean => (SETTLED as readonly string[]).includes(phase);

/** Groups of /counts; `values` are the phase and the level. */
export interface Counted {
	total: number;
	groups: { values: (string | null)[]; count: number }[];
	others: number;
	all: boolean;
	names: Record<string, { id: number; kind: string; title?: string }>;
}

export class Grid {
	private cells = new Map<string, number>();
	/** Cases in handling, by level; of these the board speaks. */
	private handled = [0, 0, 0, 0, 0, 0];

	/** `confirmed` counts all open cases, `provisional` those of them that have no confirmed level. */
	constructor(confirmed: Counted, provisional: Counted) {
		for (const { values, count } of confirmed.groups) if (values[1]) this.put(values[0] ?? '', Number(values[1]), count);
		for (const { values, count } of provisional.groups) this.put(values[0] ?? '', Number(values[1] ?? 0), count);
	}
	private put(phase: string, level: number, count: number): void {
		this.cells.set(`${level} ${phase}`, this.at(level, phase) + count);
		if (!is_settled(phase)) this.handled[level] = (this.handled[level] ?? 0) + count;
	}
	at(level: number, phase: string): number {
		return this.cells.get(`${level} ${phase}`) ?? 0;
	}
	of_level(level: number): number {
		return this.handled[level] ?? 0;
	}
	of_phase(phase: string): number {
		return LEVELS.reduce<number>((sum, level) => sum + this.at(level, phase), 0);
	}
	/** In handling. */
	get burning(): number {
		return this.handled.reduce((a, b) => a + b, 0);
	}
	get highest(): number {
		return LEVELS.find((level) => this.of_level(level) > 0) ?? 0;
	}
}
