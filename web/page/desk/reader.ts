/*
 * reader -- all that waits, the most urgent first, as far as it is wanted.
 *
 * Counted first, so that how many there are is known before any is read; then read where there is
 * something, one urgency after the other, page by page in the daemon's own order. The pages of
 * several kinds are merged as they are taken.
 */
import { get } from '../../lib/ask/call';
import type { Problem } from '../../lib/ask/problem';
import type { List } from '../../lib/plan/plan';
import { by_urgency, item_of, KINDS, LANES, URGENCIES, urgency_of, URGENT_BY, WAITING, where_urgent, where_waits, type DeskKind, type Item, type Lane } from './item';

const PAGE = 500;
const LEAST = 50;
const BY_MAIL = 'via:mail';
type Totals = Record<Lane, number>;
interface Counted {
	groups: { values: (string | null)[]; count: number }[];
}

export const kind_of_lane = (lane: Lane): DeskKind => (lane === 'mail' ? 'report' : lane);
export const where_lane = (lane: Lane): string => (lane === 'mail' ? BY_MAIL : lane === 'report' ? `NOT ${BY_MAIL}` : '');

/* One lane at one urgency: a list of the daemon that is read on as it is used up. */
class Stream {
	rows: Item[] = [];
	#after = '';
	#begun = false;
	constructor(
		readonly lane: Lane,
		readonly urgency: number,
	) {}
	get done(): boolean {
		return this.#begun && !this.#after;
	}
	async read(limit: number): Promise<Problem | undefined> {
		if (this.rows.length || this.done) return undefined;
		const kind = kind_of_lane(this.lane);
		const where = [where_waits(kind), where_lane(this.lane), where_urgent(kind, this.urgency)].filter(Boolean);
		const after = this.#after && `&after=${encodeURIComponent(this.#after)}`;
		const answer = await get<List>(`/${kind}?order=${URGENT_BY[kind].since}&limit=${Math.min(Math.max(limit, LEAST), PAGE)}&where=${encodeURIComponent(where.join(' '))}${after}`);
		if (!answer.ok) return answer.problem;
		this.rows = answer.data.rows.map((row) => item_of(kind, row, this.lane === 'mail'));
		this.#after = answer.data.after ?? '';
		this.#begun = true;
		return undefined;
	}
	/** Something that has changed, or came, in what was read ahead. */
	put(item: Item): void {
		if (!this.#begun) return;
		this.drop(item.key);
		const at = this.rows.findIndex((one) => by_urgency(item, one) < 0);
		if (at >= 0) this.rows.splice(at, 0, item);
		else if (this.done) this.rows.push(item);
	}
	drop(key: string): void {
		this.rows = this.rows.filter((one) => one.key !== key);
	}
}

/** How many wait, by lane and by urgency. */
async function count(): Promise<{ lanes: Totals; at: Map<string, number> } | Problem> {
	const lanes: Totals = { alert: 0, report: 0, mail: 0, incident: 0 };
	const at = new Map<string, number>();
	const add = (lane: Lane, urgency: number, n: number) => {
		lanes[lane] += n;
		at.set(`${lane} ${urgency}`, (at.get(`${lane} ${urgency}`) ?? 0) + n);
	};
	const answers = await Promise.all(
		KINDS.map((kind) => get<Counted>(`/counts?kind=${kind}&by=${URGENT_BY[kind].level ?? 'via'}&where=${encodeURIComponent(where_waits(kind))}`)),
	);
	for (const [i, kind] of KINDS.entries()) {
		const answer = answers[i]!;
		if (!answer.ok) return answer.problem;
		for (const { values, count: n } of answer.data.groups)
			if (kind === 'report') add(values[0] === 'mail' ? 'mail' : 'report', WAITING, n);
			else add(kind, urgency_of(kind, values[0]), n);
	}
	return { lanes, at };
}

export class Reader {
	totals: Totals = { alert: 0, report: 0, mail: 0, incident: 0 };
	/** The last that was taken: what comes before it and is not in the list is new. */
	last: Item | undefined;
	#streams: Stream[] = [];

	get total(): number {
		return LANES.reduce((sum, lane) => sum + this.totals[lane], 0);
	}
	get done(): boolean {
		return this.#streams.every((one) => one.done && !one.rows.length);
	}
	async begin(): Promise<Problem | undefined> {
		const counted = await count();
		if ('fault' in counted) return counted;
		this.totals = counted.lanes;
		this.#streams = URGENCIES.flatMap((urgency) => LANES.filter((lane) => counted.at.get(`${lane} ${urgency}`)).map((lane) => new Stream(lane, urgency)));
		return undefined;
	}
	async recount(): Promise<void> {
		const counted = await count();
		if (!('fault' in counted)) this.totals = counted.lanes;
	}
	/** The next `most`; fewer only where no more wait. */
	async take(most: number): Promise<Item[] | Problem> {
		const out: Item[] = [];
		while (out.length < most && !this.done) {
			const urgency = this.#streams.find((one) => !one.done || one.rows.length)!.urgency;
			const level = this.#streams.filter((one) => one.urgency === urgency);
			const problems = await Promise.all(level.map((one) => one.read(most - out.length)));
			const problem = problems.find(Boolean);
			if (problem) return problem;
			// Only while each has its next at hand is it known which comes first.
			while (out.length < most && level.some((one) => one.rows.length) && level.every((one) => one.rows.length || one.done)) {
				const first = level.filter((one) => one.rows.length).sort((a, b) => by_urgency(a.rows[0]!, b.rows[0]!))[0]!;
				out.push((this.last = first.rows.shift()!));
			}
		}
		return out;
	}
	/** Would it have been taken by now? */
	passed(item: Item): boolean {
		return this.done || (this.last !== undefined && by_urgency(item, this.last) < 0);
	}
	/** It changed, and has not been taken yet. */
	put(item: Item): void {
		this.drop(item.key);
		const stream = this.#streams.find((one) => one.lane === item.lane && one.urgency === item.urgency);
		if (stream) return stream.put(item);
		// The first of its lane at this urgency.
		this.#streams = [...this.#streams, new Stream(item.lane, item.urgency)].sort((a, b) => b.urgency - a.urgency);
	}
	drop(key: string): void {
		for (const one of this.#streams) one.drop(key);
	}
}
