/*
 * aside -- the other facts of the board as short lines, one screen after the other.
 *
 * A line that must not be overlooked is marked; the first screen sums all up.
 */
import type { Facts } from '../../lib/board/facts.svelte';
import { is_settled, LEVELS, phases } from '../../lib/board/levels';
import { w } from '../../lib/board/words';
import { code_name } from '../../lib/plan/catalogue.svelte';
import { often } from '../../lib/words/often';
import { say } from '../../lib/words/lang.svelte';
import { ms, span } from '../../lib/words/time';
import { v } from './words';

export interface Line {
	key: string;
	what: string;
	how: string;
	mark?: 'bad' | 'warn';
}
export interface Screen {
	title: string;
	lines: Line[];
}
const HOUR_MS = 3_600_000;
const LINES = 5;

/* Nothing where all that is to leave leaves. */
function stuck(it: Facts): Line[] {
	const ways = (it.leaving?.ways ?? []).map((one) => ({
		key: one.name,
		what: code_name('channel', one.name),
		how: say(one.state === 'held' ? v.way_held : v.way_trouble, { n: one.waiting }),
		mark: one.state === 'held' ? ('warn' as const) : ('bad' as const),
	}));
	return it.leaving?.failed ? [...ways, { key: 'failed', what: say(v.messages), how: say(v.failed, { n: it.leaving.failed }), mark: 'bad' }] : ways;
}

function sum(it: Facts, now: number): Screen {
	const out = it.clocks.filter((one) => ms(one.due) < now).length;
	const near = it.clocks.filter((one) => ms(one.due) >= now && ms(one.due) < now + HOUR_MS).length;
	const unheard = it.warnings.reduce((n, one) => n + one.silent.length, 0);
	const silent = it.sources?.filter((one) => one.silent).length;
	const lines: Line[] = [
		{ key: 'out', what: say(v.clocks), how: say(v.out, { n: out }), mark: out ? 'bad' : undefined },
		{ key: 'near', what: '', how: say(v.near, { n: near }), mark: near ? 'warn' : undefined },
		{ key: 'warnings', what: say(v.warnings), how: `${it.warnings.length}${unheard ? ` · ${say(v.unheard, { n: unheard })}` : ''}`, mark: unheard ? 'warn' : undefined },
		{ key: 'units', what: say(v.units), how: String(it.units.length) },
	];
	if (silent !== undefined) lines.push({ key: 'sources', what: say(v.sources), how: silent ? String(silent) : say(v.none), mark: silent ? 'bad' : undefined });
	if (stuck(it).length) lines.push({ key: 'leaving', what: say(v.leaving), how: String(stuck(it).length), mark: 'bad' });
	lines.push({ key: 'duty', what: say(v.duty), how: it.duty.join(' ') || say(v.no_one), mark: it.duty.length ? undefined : 'bad' });
	return { title: '', lines };
}

const pages = (title: string, lines: Line[]): Screen[] =>
	Array.from({ length: Math.ceil(lines.length / LINES) }, (_, n) => ({ title, lines: lines.slice(n * LINES, n * LINES + LINES) }));

function soonest(it: Facts, now: number): Line[] {
	return it.clocks.slice(0, LINES).map((one) => {
		const left = ms(one.due) - now;
		return {
			key: `${one.id} ${one.code}`,
			what: one.number?.replace(/^([A-Z]+)-\d+-0*/, '$1 ') ?? String(one.id),
			how: say(left < 0 ? often.over : often.left, { span: span(left) }),
			mark: left < 0 ? 'bad' : left < HOUR_MS ? 'warn' : undefined,
		};
	});
}

const by_phase = (it: Facts): Line[] =>
	phases()
		.filter((phase) => !is_settled(phase.name) && it.grid.of_phase(phase.name))
		.map((phase) => ({
			key: phase.name,
			what: say(phase).replace(/\s*[(（,，:：].*$/, ''),
			how: LEVELS.filter((level) => it.grid.at(level, phase.name)).map((level) => `${level || '–'}▸${it.grid.at(level, phase.name)}`).join('  '),
		}));

export function screens(it: Facts, now: number): Screen[] {
	return [
		sum(it, now),
		...pages(say(w.clocks), soonest(it, now)),
		...pages(say(w.by_level), by_phase(it)),
		...it.warnings.flatMap((one) => pages(say(v.not_heard, { title: String(one.row.fields.title ?? '') }), one.silent.map((unit) => ({ key: unit, what: unit, how: '', mark: 'warn' as const })))),
		...pages(say(w.units), it.units.map((unit) => ({ key: unit.unit, what: unit.unit, how: String(unit.cases + unit.systems) }))),
		...pages(say(w.leaving), stuck(it)),
		...pages(say(w.sources), (it.sources ?? []).filter((one) => one.silent).map((one) => ({ key: one.name, what: one.name, how: one.silent_since ? span(now - ms(one.silent_since)) : '', mark: 'bad' as const }))),
	];
}
