/*
 * facts -- what the command board says, read together and kept fresh.
 *
 * The first time each part is told as it comes (`begun`), the numbers first; from then on a new state of things
 * is shown as a whole.
 * Asked anew when something happens, at most every two seconds, and every minute
 * in any case (a source falls silent without an event). What was shown stays when
 * an answer fails; `lost` says so.
 */
import { get } from '../ask/call';
import { live } from '../ask/live.svelte';
import type { Problem } from '../ask/problem';
import { session } from '../ask/session.svelte';
import { ref_of, type List, type Row, type StateOf } from '../plan/plan';
import { now } from '../words/now.svelte';
import { Grid, LEVELS, where_handled, where_level, type Counted } from './levels';

const PAUSE_MS = 2000;
const ANYWAY_MS = 60_000;
const DAY_MS = 86_400_000;
/** Cases that are named one by one, the gravest first; of the others stands how many there are. */
export const NAMED = 100;

export interface Due {
	id: number;
	kind: string;
	number?: string;
	title?: string;
	code: string;
	zh?: string;
	en?: string;
	state: string;
	started: string;
	due: string;
	missed?: string;
}
export interface Case {
	id: number;
	number?: string;
	title: string;
	unit: string;
	phase: string;
	command: string;
	level: number;
	provisional: boolean;
	next?: Due;
	/** Its clocks may stand behind those that were read. */
	unsure?: boolean;
}
export interface Warned {
	row: Row;
	targets: number;
	/** Units that have not acknowledged. */
	silent: string[];
}
export interface Hit {
	unit: string;
	id?: number;
	cases: number;
	systems: number;
}
export interface Source {
	name: string;
	silent?: boolean;
	silent_since?: string;
	last_at?: string;
}
/** A way out that is in trouble or held. */
export interface Way {
	name: string;
	state: 'trouble' | 'held';
	waiting: number;
}
export interface Leaving {
	ways: Way[];
	/** Messages given up within the last day. */
	failed: number;
}
export interface Facts {
	grid: Grid;
	cases: Case[];
	clocks: Due[];
	clocks_more: boolean;
	warnings: Warned[];
	units: Hit[];
	/** undefined: not for this person to see. */
	sources?: Source[];
	/** undefined: not for this person to see. */
	leaving?: Leaving;
	duty: string[];
	at: number;
}

type Life = StateOf<'warning_target', 'life'>;
const UNHEARD: readonly Life[] = ['pending', 'delivered', 'escalated'];
const IN_FORCE: StateOf<'warning', 'life'> = 'published';

class Failed extends Error {
	constructor(readonly problem: Problem) {
		super(problem.fault);
	}
}
const q = encodeURIComponent;

async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
	const answer = await get<T>(path, signal);
	if (!answer.ok) throw new Failed(answer.problem);
	return answer.data;
}
/** The same where the plan may not let this person: then there is none. */
async function may<T>(path: string, signal: AbortSignal): Promise<T | undefined> {
	const answer = await get<T>(path, signal);
	if (answer.ok) return answer.data;
	if (answer.problem.fault === 'refused' || answer.problem.fault === 'absent') return undefined;
	throw new Failed(answer.problem);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/* How many there are of each level the grid knows, so all of them are asked for at once. */
async function named(grid: Grid, signal: AbortSignal): Promise<Case[]> {
	let room = NAMED;
	const wanted = LEVELS.map((level) => {
		const most = Math.min(room, grid.of_level(level));
		room -= most;
		return { level, most };
	});
	const lists = await Promise.all(
		wanted.map(({ level, most }) => (most ? ask<List>(`/incident?limit=${most}&where=${q(`${where_handled} ${where_level(level)}`)}`, signal) : undefined)),
	);
	return lists.flatMap((list, i) =>
		(list?.rows ?? []).map((row) => ({
			id: row.id,
			number: row.number,
			title: text(row.fields.title),
			unit: text(row.fields.unit),
			phase: row.states.handling ?? '',
			command: row.states.command ?? '',
			level: wanted[i]!.level,
			provisional: row.fields.confirmed_level === undefined || row.fields.confirmed_level === null,
		})),
	);
}

/* The gravest first, and among them whose clock runs out soonest. */
function with_clocks(cases: readonly Case[], clocks: readonly Due[], more: boolean): Case[] {
	const next = new Map<number, Due>();
	for (const clock of clocks) if (clock.kind === 'incident' && !next.has(clock.id)) next.set(clock.id, clock);
	return cases
		.map((one) => ({ ...one, next: next.get(one.id), unsure: more && !next.has(one.id) }))
		.sort((a, b) => b.level - a.level || (a.next?.due ?? '9').localeCompare(b.next?.due ?? '9') || b.id - a.id);
}

async function warned(signal: AbortSignal): Promise<Warned[]> {
	const warnings = await may<List>(`/warning?limit=100&where=${q(`life:${IN_FORCE}`)}`, signal);
	return Promise.all(
		(warnings?.rows ?? []).map(async (row) => {
			const all = await may<List>(`/warning_target?limit=500&where=${q(`warning:"${ref_of(row)}"`)}`, signal);
			const silent = (all?.rows ?? []).filter((target) => (UNHEARD as readonly string[]).includes(target.states.life ?? ''));
			return { row, targets: all?.rows.length ?? 0, silent: silent.map((target) => text(target.fields.unit)) };
		}),
	);
}

async function hit(signal: AbortSignal): Promise<Hit[]> {
	const units = new Map<string, Hit>();
	const add = (counted: Counted | undefined, what: 'cases' | 'systems') => {
		for (const { values, count } of counted?.groups ?? []) {
			const key = values[0];
			if (!key) continue;
			const to = counted!.names[key];
			const unit = units.get(key) ?? { unit: to?.title ?? key, id: to?.id, cases: 0, systems: 0 };
			unit[what] += count;
			units.set(key, unit);
		}
	};
	const [cases, systems] = await Promise.all([
		ask<Counted>(`/counts?kind=incident&by=unit&where=${q(where_handled)}`, signal),
		may<Counted>('/counts?kind=affected_system&by=unit&where=open:yes', signal),
	]);
	add(cases, 'cases');
	add(systems, 'systems');
	return [...units.values()].sort((a, b) => b.cases + b.systems - a.cases - a.systems);
}

async function on_duty(signal: AbortSignal): Promise<string[]> {
	const at = new Date(now.ms).toISOString();
	const list = await may<List>(`/duty_shift?limit=20&where=${q(`starts_at:<="${at}" ends_at:>"${at}"`)}`, signal);
	return [...new Set((list?.rows ?? []).map((row) => text(row.fields.person)).filter(Boolean))];
}

/* What cannot leave the house, for whom it concerns. */
async function held_up(signal: AbortSignal): Promise<Leaving | undefined> {
	if (!session.holds('DIR', 'DUT', 'SCA', 'AUD')) return undefined;
	const [ways, failed] = await Promise.all([
		may<{ channels: { name: string; state: string; waiting: number }[] }>('/channels', signal),
		may<{ messages: { at: string }[] }>('/messages?state=failed&limit=100', signal),
	]);
	const since = now.ms - DAY_MS;
	return {
		ways: (ways?.channels ?? []).flatMap((one) => (one.state === 'trouble' || one.state === 'held' ? [{ name: one.name, state: one.state, waiting: one.waiting }] : [])),
		failed: (failed?.messages ?? []).filter((one) => Date.parse(one.at) >= since).length,
	};
}

/** `told` hears of each part when it has come. */
async function read(signal: AbortSignal, told: (part: Partial<Facts>) => void): Promise<Facts> {
	const tell = async (part: Promise<Partial<Facts>>): Promise<Partial<Facts>> => {
		const come = await part;
		told(come);
		return come;
	};
	const numbers = Promise.all([
		ask<Counted>('/counts?kind=incident&by=handling,confirmed_level&where=open:yes', signal),
		ask<Counted>(`/counts?kind=incident&by=handling,provisional_level&where=${q('open:yes NOT confirmed_level:*')}`, signal),
	]).then(([confirmed, provisional]) => ({ grid: new Grid(confirmed, provisional), at: now.ms }));
	const due = ask<{ clocks: Due[]; more: boolean }>('/clocks?state=running&limit=500', signal).then(({ clocks, more }) => ({ clocks, clocks_more: more }));
	const cases = Promise.all([numbers.then(({ grid }) => named(grid, signal)), due]).then(([all, { clocks, clocks_more }]) => ({ cases: with_clocks(all, clocks, clocks_more) }));
	const parts = await Promise.all([
		tell(numbers),
		tell(due),
		tell(cases),
		tell(warned(signal).then((warnings) => ({ warnings }))),
		tell(hit(signal).then((units) => ({ units }))),
		tell(may<{ sources?: Source[] }>('/status', signal).then((status) => ({ sources: status?.sources }))),
		tell(held_up(signal).then((leaving) => ({ leaving }))),
		tell(on_duty(signal).then((duty) => ({ duty }))),
	]);
	return Object.assign({}, ...parts) as Facts;
}

/** Made while a component is set up; ends with it. `told` hears of each new state of things. */
export function facts(told: (facts: Facts) => void) {
	let data = $state.raw<Facts | undefined>();
	let begun = $state.raw<Partial<Facts>>({});
	let problem = $state.raw<Problem | undefined>();
	let asked: AbortController | undefined;
	let running = false;
	let again = false;

	async function load(): Promise<void> {
		if (running) return void (again = true);
		running = true;
		const mine = (asked = new AbortController());
		try {
			data = await read(mine.signal, (part) => !data && (begun = { ...begun, ...part }));
			problem = undefined;
			told(data);
		} catch (wrong) {
			if (!(wrong instanceof Failed)) throw wrong;
			if (!mine.signal.aborted) problem = wrong.problem;
		} finally {
			running = false;
		}
		if (again && !mine.signal.aborted) {
			again = false;
			setTimeout(() => !mine.signal.aborted && void load(), PAUSE_MS);
		}
	}

	$effect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let last = Date.now();
		const soon = () => {
			timer ??= setTimeout(
				() => {
					timer = undefined;
					last = Date.now();
					void load();
				},
				Math.max(250, last + PAUSE_MS - Date.now()),
			);
		};
		void load();
		const stop = live.on([], soon);
		const anyway = setInterval(soon, ANYWAY_MS);
		return () => {
			stop();
			clearInterval(anyway);
			clearTimeout(timer);
			asked?.abort();
		};
	});

	return {
		get data() {
			return data;
		},
		/** As far as the first reading has come. */
		get begun() {
			return data ?? begun;
		},
		get problem() {
			return problem;
		},
		/** What is shown may be old. */
		get lost() {
			return live.state === 'lost' || problem !== undefined;
		},
		reload: load,
	};
}
