/* How the targets of a warning answered, from one count by state and by late. */
import type { Counted, Life } from './plan';
import { w } from './words';

export interface Tally {
	told: number;
	reached: number;
	silent: number;
	/** Silent though the time is over, and answered after it. */
	late: number;
	acked: number;
	acted: number;
	apart: number;
	closed: number;
}
export type Part = Exclude<keyof Tally, 'told' | 'reached' | 'late'>;

/** Each target is in exactly one of these. */
export const PARTS: readonly { name: Part; states: readonly Life[] }[] = [
	{ name: 'acted', states: ['acted'] },
	{ name: 'acked', states: ['acked'] },
	{ name: 'apart', states: ['not_applicable'] },
	{ name: 'silent', states: ['pending', 'delivered', 'escalated'] },
	{ name: 'closed', states: ['closed_unanswered'] },
];

/** `reached`: those of them that were delivered, however they answered. */
export function tally_of(counted: Counted | undefined, reached: Counted | undefined): Tally {
	const out: Tally = { told: counted?.total ?? 0, reached: reached?.total ?? 0, silent: 0, late: 0, acked: 0, acted: 0, apart: 0, closed: 0 };
	for (const { values, count } of counted?.groups ?? []) {
		const state = values[0] as Life;
		const part = PARTS.find((one) => one.states.includes(state));
		if (part) out[part.name] += count;
		if (state === 'escalated' || values[1] === 'yes') out.late += count;
	}
	return out;
}

export const word_of = (name: keyof Tally) => w[name];
