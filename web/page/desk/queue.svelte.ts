/*
 * queue -- everything that waits, as one list that does not move under the hand.
 *
 * Read once; then only what changed. A changed row is shown where it stands; what is new waits in
 * `fresh` until the person asks for it; what somebody else took away stays, marked, until then.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { get } from '../../lib/ask/call';
import { live } from '../../lib/ask/live.svelte';
import type { Problem } from '../../lib/ask/problem';
import type { Clock, Handle, List } from '../../lib/plan/plan';
import { ms } from '../../lib/words/time';
import { by_urgency, item_of, key_of, KINDS, waits, where_waits, type DeskKind, type Item } from './item';

const PAGE = 500;
/** As many of a kind are read; more is said, not hidden. */
const MOST = 10_000;
const PAUSE_MS = 500;

export class Queue {
	items = $state.raw<Item[]>([]);
	fresh = new SvelteMap<string, Item>();
	/** Waits no longer, and still stands in the list. */
	gone = new SvelteSet<string>();
	clocks = $state.raw(new Map<string, Clock>());
	problem = $state.raw<Problem>();
	loaded = $state(false);
	more = $state(false);
	#mail = new Set<number>();
	#since: Partial<Record<DeskKind, string>> = {};
	#timer: ReturnType<typeof setTimeout> | undefined;
	#due = new Set<DeskKind>();

	/** Until the component goes; to be called while it is set up. */
	begin(): void {
		void this.load();
		$effect(() => {
			const stop = live.on(KINDS, (batch) => {
				if (batch.anew) return void this.load(true);
				for (const change of batch.changes) this.#due.add(change.kind as DeskKind);
				this.#timer ??= setTimeout(() => void this.#changed(), PAUSE_MS);
			});
			return () => {
				stop();
				clearTimeout(this.#timer);
			};
		});
	}

	/** `still`: what is shown stays where it is. */
	async load(still = false): Promise<void> {
		const all: Item[] = [];
		let more = false;
		await this.#read_mail();
		for (const kind of KINDS) {
			const where = encodeURIComponent(where_waits(kind));
			let after = '';
			for (let n = 0; n < MOST; n += PAGE) {
				const answer = await get<List>(`/${kind}?where=${where}&limit=${PAGE}${after && `&after=${encodeURIComponent(after)}`}`);
				if (!answer.ok) return void (this.problem = answer.problem);
				for (const row of answer.data.rows) {
					all.push(item_of(kind, row, kind === 'report' && this.#mail.has(row.id)));
					if (row.updated_at > (this.#since[kind] ?? '')) this.#since[kind] = row.updated_at;
				}
				after = answer.data.after ?? '';
				if (!after) break;
			}
			more ||= !!after;
		}
		this.problem = undefined;
		this.more = more;
		if (still && this.loaded) this.#take_in(all);
		else {
			this.items = all.sort(by_urgency);
			this.fresh.clear();
			this.gone.clear();
		}
		this.loaded = true;
		void this.#read_clocks();
	}

	#take_in(all: readonly Item[]): void {
		const here = new Map(all.map((one) => [one.key, one]));
		for (const { key } of this.items) if (!here.has(key)) this.gone.add(key);
		this.items = this.items.map((one) => here.get(one.key) ?? one);
		for (const { key } of this.items) here.delete(key);
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

	async #read_mail(): Promise<void> {
		const answer = await get<List>(`/report?where=${encodeURIComponent(`via:mail open:yes`)}&limit=${PAGE}`);
		if (answer.ok) this.#mail = new Set(answer.data.rows.map((row) => row.id));
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
		if (due.includes('report')) await this.#read_mail();
		for (const kind of due) await this.#read_changed(kind);
		void this.#read_clocks();
	}

	async #read_changed(kind: DeskKind): Promise<void> {
		const since = this.#since[kind];
		const answer = await get<List>(`/${kind}?order=changed&limit=${PAGE}${since ? `&updated_since=${encodeURIComponent(since)}` : ''}`);
		if (!answer.ok) return void (this.problem = answer.problem);
		// A flood is read as a whole instead.
		if (answer.data.after) return this.load(true);
		const at = new Map(this.items.map((one, i) => [one.key, i]));
		const next = [...this.items];
		for (const row of answer.data.rows) {
			const item = item_of(kind, row, kind === 'report' && this.#mail.has(row.id));
			const place = at.get(item.key);
			this.#since[kind] = row.updated_at;
			if (!waits(kind, row)) {
				this.fresh.delete(item.key);
				if (place !== undefined) (this.gone.add(item.key), (next[place] = item));
			} else if (place !== undefined) (this.gone.delete(item.key), (next[place] = item));
			else this.fresh.set(item.key, item);
		}
		this.items = next;
		this.problem = undefined;
	}
}
