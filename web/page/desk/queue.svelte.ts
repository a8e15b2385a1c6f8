/*
 * queue -- everything that waits, as one list that does not move under the hand.
 *
 * The most urgent stand there first, with how many there are of all; the rest is read behind them. Then only
 * what changed. A changed row is shown where it stands; what is new waits in `fresh` until the person asks
 * for it; what somebody else took away stays, marked, until then.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { get } from '../../lib/ask/call';
import { live } from '../../lib/ask/live.svelte';
import type { Problem } from '../../lib/ask/problem';
import type { AnyRecord, Clock, Handle, List } from '../../lib/plan/plan';
import { ms } from '../../lib/words/time';
import { by_urgency, item_of, key_of, KINDS, LANES, waits, type DeskKind, type Item, type Lane } from './item';
import { kind_of_lane, Reader, where_lane } from './reader';

const FIRST = 100;
const PAGE = 500;
/** So many are read without being asked for; further ones when the person comes near their end. */
const AHEAD = 10_000;
const PAUSE_MS = 500;
/** Of so many that are missing from a list it is asked where they went. */
const MISSING = 50;

export class Queue {
	items = $state.raw<Item[]>([]);
	fresh = new SvelteMap<string, Item>();
	/** Waits no longer, and still stands in the list. */
	gone = new SvelteSet<string>();
	clocks = $state.raw(new Map<string, Clock>());
	problem = $state.raw<Problem>();
	loaded = $state(false);
	/** Of all that wait, read or not. */
	totals = $state.raw<Record<Lane, number>>({ alert: 0, report: 0, mail: 0, incident: 0 });
	total = $state(0);
	/** All of them stand here. */
	whole = $state(false);
	#reader = new Reader();
	#reading = false;
	#ended = false;
	#since: Partial<Record<DeskKind, string>> = {};
	#timer: ReturnType<typeof setTimeout> | undefined;
	#pause = PAUSE_MS;
	#due = new Set<DeskKind>();

	/** Until the component goes; to be called while it is set up. */
	begin(): void {
		void this.load();
		$effect(() => {
			const stop = live.on(KINDS, (batch) => {
				if (batch.anew) return void this.load(true);
				for (const change of batch.changes) this.#due.add(change.kind as DeskKind);
				this.#timer ??= setTimeout(() => void this.#changed(), this.#pause);
			});
			return () => {
				this.#ended = true;
				stop();
				clearTimeout(this.#timer);
			};
		});
	}

	/** `still`: what is shown stays where it is. */
	async load(still = false): Promise<void> {
		const reader = new Reader();
		const stays = still && this.loaded;
		// Both are known before the first is read: what changes from then on is told.
		const [wrong, since] = await Promise.all([reader.begin(), this.#newest()]);
		const all = wrong ?? (await reader.take(stays ? Math.max(FIRST, this.items.length) : FIRST));
		if ('fault' in all) return void (this.problem = all);
		this.problem = undefined;
		this.#reader = reader;
		this.#since = since;
		if (stays) await this.#take_in(all);
		else {
			this.items = all;
			this.fresh.clear();
			this.gone.clear();
		}
		this.#told();
		this.loaded = true;
		void this.#read_clocks();
		void this.#read_ahead();
	}

	#told(): void {
		this.totals = this.#reader.totals;
		this.total = this.#reader.total;
		this.whole = this.#reader.done;
	}

	/* What changes later than this is told; asked before anything is read. */
	async #newest(): Promise<Partial<Record<DeskKind, string>>> {
		const answers = await Promise.all(KINDS.map((kind) => get<List>(`/${kind}?order=updated&limit=1`)));
		return Object.fromEntries(answers.map((answer, i) => [KINDS[i], answer.ok ? answer.data.rows[0]?.updated_at : undefined]));
	}

	async #read_ahead(): Promise<void> {
		while (!this.#ended && !this.whole && this.items.length < AHEAD && (await this.further()));
	}

	/** More of what waits, behind what stands here; false: there is no more, or it is being read. */
	async further(): Promise<boolean> {
		const reader = this.#reader;
		if (this.#reading || reader.done) return false;
		this.#reading = true;
		const more = await reader.take(PAGE);
		this.#reading = false;
		if (reader !== this.#reader) return true;
		if ('fault' in more) return void (this.problem = more), false;
		const here = new Set(this.items.map((one) => one.key));
		this.items = [...this.items, ...more.filter((one) => !here.has(one.key) && !this.fresh.has(one.key))];
		this.#told();
		return !this.whole;
	}

	/* Not all that is missing has gone: where not everything was read, it may have become less urgent. */
	async #is_gone(missing: readonly Item[]): Promise<readonly Item[]> {
		if (this.#reader.done) return missing;
		const states = await Promise.all(missing.slice(0, MISSING).map((one) => get<AnyRecord>(`/${one.kind}/${one.row.id}`)));
		return missing.filter((one, i) => {
			const now = states[i];
			return now && (now.ok ? !waits(one.kind, now.data) : now.problem.fault === 'absent');
		});
	}

	async #take_in(all: readonly Item[]): Promise<void> {
		const here = new Map(all.map((one) => [one.key, one]));
		for (const { key } of await this.#is_gone(this.items.filter((one) => !here.has(one.key)))) this.gone.add(key);
		const end = this.items.at(-1);
		const stay = this.items.map((one) => here.get(one.key) ?? one);
		for (const { key } of stay) here.delete(key);
		// What lies behind the last was only not read yet.
		const behind = [...here.values()].filter((one) => !end || by_urgency(one, end) > 0);
		for (const { key } of behind) here.delete(key);
		this.items = [...stay, ...behind];
		this.fresh.clear();
		for (const one of here.values()) this.fresh.set(one.key, one);
	}

	/** Put what is new in its place, and take away what has gone. */
	settle(): void {
		this.items = [...this.items.filter((one) => !this.gone.has(one.key)), ...this.fresh.values()].sort(by_urgency);
		this.fresh.clear();
		this.gone.clear();
	}

	/** What the person himself dealt with leaves at once. */
	drop(keys: readonly string[]): void {
		const out = new Set(keys);
		this.items = this.items.filter((one) => !out.has(one.key));
		for (const key of keys) (this.fresh.delete(key), this.gone.delete(key));
	}

	/** One's own move is seen without waiting for the stream. */
	async changed(kinds: Iterable<DeskKind>): Promise<void> {
		for (const kind of kinds) this.#due.add(kind);
		await this.#changed();
	}

	async #read_clocks(): Promise<void> {
		const answer = await get<{ clocks: (Handle & Clock)[] }>('/clocks?state=running&limit=500');
		if (!answer.ok) return;
		const found = new Map<string, Clock>();
		for (const clock of answer.data.clocks) {
			const key = key_of(clock.kind, clock.id);
			const before = found.get(key);
			if (clock.due && (!before || ms(clock.due) < ms(before.due))) found.set(key, clock);
		}
		this.clocks = found;
	}

	async #changed(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const due = [...this.#due];
		this.#due.clear();
		const begin = performance.now();
		for (const kind of due) await this.#read_changed(kind);
		await this.#reader.recount();
		this.#told();
		void this.#read_clocks();
		// Under a flood reading takes at most a third of the time.
		this.#pause = Math.max(PAUSE_MS, 2 * (performance.now() - begin));
	}

	async #read_changed(kind: DeskKind): Promise<void> {
		const since = this.#since[kind] ? `&updated_since=${encodeURIComponent(this.#since[kind])}` : '';
		const lanes = LANES.filter((lane) => kind_of_lane(lane) === kind);
		const answers = await Promise.all(lanes.map((lane) => get<List>(`/${kind}?order=changed&limit=${PAGE}${since}&where=${encodeURIComponent(where_lane(lane))}`)));
		const changed: Item[] = [];
		for (const [i, answer] of answers.entries()) {
			if (!answer.ok) return void (this.problem = answer.problem);
			// A flood is read as a whole instead.
			if (answer.data.after) return this.load(true);
			changed.push(...answer.data.rows.map((row) => item_of(kind, row, lanes[i] === 'mail')));
		}
		for (const { row } of changed) if (row.updated_at > (this.#since[kind] ?? '')) this.#since[kind] = row.updated_at;
		this.#put(kind, changed);
		this.problem = undefined;
	}

	#put(kind: DeskKind, changed: readonly Item[]): void {
		const at = new Map(this.items.map((one, i) => [one.key, i]));
		const next = [...this.items];
		for (const item of changed) {
			const place = at.get(item.key);
			if (!waits(kind, item.row)) {
				this.fresh.delete(item.key);
				this.#reader.drop(item.key);
				if (place !== undefined) (this.gone.add(item.key), (next[place] = item));
			} else if (place !== undefined) (this.gone.delete(item.key), (next[place] = item));
			else if (this.#reader.passed(item)) this.fresh.set(item.key, item);
			else this.#reader.put(item);
		}
		this.items = next;
	}
}
