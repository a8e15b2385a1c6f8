/* figures -- what /statistics answers, and what of it a page shows. */
import { often } from '../../lib/words/often';
import { say, type Both } from '../../lib/words/lang.svelte';
import { s } from './words';

export const STEPS = ['acknowledged', 'verified', 'decided', 'contained', 'recovered', 'closed'] as const;
export type Step = (typeof STEPS)[number];
export const BY = ['level', 'unit', 'month'] as const;
export type By = (typeof BY)[number];

export interface Times {
	count: number;
	median_s: number;
	p90_s: number;
	worst_s: number;
}
export interface Kept extends Both {
	code: string;
	kept: number;
	missed: number;
	running: number;
}
export interface Group {
	value: string | null;
	unit?: { id: number; number?: string; title?: string };
	count: number;
	where: string;
	times: Partial<Record<Step, Times>>;
	clocks: Kept[];
	/** With a step: those that came to it, the slowest first. */
	cases?: { id: number; kind: 'incident'; number?: string; title?: string; took_s: number }[];
}
export interface Figures {
	total: number;
	all: boolean;
	others: number;
	groups: Group[];
}

const DAY_MS = 86_400_000;
export const RANGES = { days30: 30, quarter: 91, year: 365, all: 0 } as const;
export type Range = keyof typeof RANGES;

/** Whole days, so that the question stays the same while the clock goes on. */
export function since(range: Range, now: number): string | undefined {
	const days = RANGES[range];
	return days ? new Date(Math.floor(now / DAY_MS) * DAY_MS - days * DAY_MS).toISOString().replace('.000', '') : undefined;
}

export function group_name(by: By, group: Group): string {
	if (group.value === null || (group.value === undefined && !group.unit)) return by === 'level' ? say(often.no_level) : say(s.not_set);
	if (by === 'level') return say(often.level_n, { n: group.value });
	return group.unit?.title ?? group.unit?.number ?? group.value;
}

/** What a group is found by again; a unit that is not named here has an id alone. */
export const group_key = (group: Group): string => group.value ?? (group.unit ? `#${group.unit.id}` : '');

/** Levels from the highest, months as they went, units by how many cases they had. */
export function in_order(by: By, groups: Group[]): Group[] {
	const key = (group: Group) => group.value ?? '';
	if (by === 'unit') return [...groups].sort((a, b) => b.count - a.count);
	return [...groups].sort((a, b) => (by === 'level' ? key(b).localeCompare(key(a)) : key(a).localeCompare(key(b))));
}

export function clocks_together(groups: Group[]): Kept[] {
	const all = new Map<string, Kept>();
	for (const group of groups)
		for (const clock of group.clocks) {
			const sum = all.get(clock.code);
			all.set(clock.code, sum ? { ...sum, kept: sum.kept + clock.kept, missed: sum.missed + clock.missed, running: sum.running + clock.running } : clock);
		}
	return [...all.values()].sort((a, b) => b.missed - a.missed || a.code.localeCompare(b.code));
}
