/*
 * rules -- the rules that detection has loaded, and one that is tried on a sample.
 *
 * A daemon whose interface does not tell of them answers as for a kind that it does not know; then nothing is shown.
 */
import { ask } from '../../lib/ask/call';
import type { Problem } from '../../lib/ask/problem';
import type { Both } from '../../lib/words/lang.svelte';

export interface Rule {
	id: string;
	title: string;
	level?: string;
	status?: string;
	file: string;
	line: number;
	/** Speaks of several events. */
	correlation: boolean;
	tags: string[];
	logsource: { product?: string; category?: string; service?: string };
}
export interface Fault extends Both {
	line: number;
	column: number;
}
export interface LineResult {
	matches: boolean;
	/** It could not be read, or not be told in time. */
	fault?: Both;
}
export interface Tried {
	faults: Fault[];
	lines: LineResult[];
}

export const not_offered = (problem: Problem | undefined): boolean => !!problem && [404, 405, 422].includes(problem.status);

export const try_rule = (rule: string, lines: string[], source: string) =>
	ask<Tried>('/rules/try', { method: 'POST', body: { rule, lines, ...(source ? { source } : {}) } });
