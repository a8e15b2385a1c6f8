/*
 * note -- the state of things in words, as a first draft of what one shift tells the next.
 */
import { code_name, move_of, state_of } from '../../lib/plan/catalogue.svelte';
import type { AnyRecord, List, Row } from '../../lib/plan/plan';
import { ref_of } from '../../lib/plan/plan';
import { often } from '../../lib/words/often';
import { say } from '../../lib/words/lang.svelte';
import { now } from '../../lib/words/now.svelte';
import { moment, ms, span } from '../../lib/words/time';
import { w } from './words';

export interface Things {
	cases: readonly AnyRecord[];
	overdue: List | undefined;
	alerts: List | undefined;
	reports: List | undefined;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : ((value as { title?: string } | undefined)?.title ?? ''));
export const level_of = (it: AnyRecord): unknown => it.fields.confirmed_level ?? it.fields.provisional_level;
export const running = (it: AnyRecord) => it.clocks.filter((clock) => clock.state === 'running' && clock.due);
export const pending = (it: AnyRecord) => it.proposals.filter((one) => one.state === 'pending' || one.state === 'open');
const level_words = (value: unknown) => (value ? say(often.level_n, { n: Number(value) }) : say(often.no_level));

function case_line(it: AnyRecord): string[] {
	const head = [ref_of(it), text(it.fields.title), text(it.fields.unit), level_words(level_of(it)), say(state_of('incident', 'handling', it.states.handling ?? ''))];
	const clocks = running(it).map((clock) => {
		const left = ms(clock.due) - now.ms;
		return `  - ${say({ zh: clock.zh ?? clock.code, en: clock.en ?? clock.code })}: ${moment(clock.due)} (${say(left < 0 ? often.over : often.left, { span: span(left) })})`;
	});
	const proposals = pending(it).map((one) => `  - ${say(w.waits)}: ${say(move_of('incident', one.move)) || one.move}`);
	return [`- ${head.filter(Boolean).join(' · ')}`, ...clocks, ...proposals];
}
const row_line = (row: Row, parts: unknown[]) => `- ${[ref_of(row), ...parts.map(text)].filter(Boolean).join(' · ')}`;

function block(title: string, lines: string[]): string[] {
	return [title, ...(lines.length ? lines : [`- ${say(often.none)}`]), ''];
}
const MOST = 20;
const some = (list: List | undefined, line: (row: Row) => string): string[] => {
	const rows = list?.rows ?? [];
	return [...rows.slice(0, MOST).map(line), ...(rows.length > MOST ? [`- ${say(w.and_n, { n: rows.length - MOST })}`] : [])];
};

export function note_of({ cases, overdue, alerts, reports }: Things): string {
	return [
		say(w.as_of, { at: moment(now.ms) }),
		'',
		...block(say(w.cases), cases.flatMap(case_line)),
		...block(say(w.overdue), some(overdue, (row) => row_line(row, [row.fields.text, row.fields.assignee, moment(text(row.fields.due_at))]))),
		...block(say(w.reports), some(reports, (row) => row_line(row, [row.fields.unit, row.fields.what]))),
		...block(say(w.alerts), some(alerts, (row) => row_line(row, [code_name('alert_level', row.fields.level), row.fields.title]))),
	].join('\n').trim();
}
