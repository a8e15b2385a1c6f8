/*
 * query -- what a page shows of the daemon, kept fresh.
 *
 *     const cases = query<List>(() => '/incident?where=open:yes', () => ['incident']);
 *     {#if cases.data} … {/if}
 *
 * Made while a component is set up. Asked anew when the path changes and when
 * something of `kinds` happens, at most every half second; what was shown stays
 * until the new answer is there, and stays when none comes.
 */
import { untrack } from 'svelte';
import { get } from './call';
import { live } from './live.svelte';
import type { Problem } from './problem';

const PAUSE_MS = 500;

export interface Query<T> {
	readonly data: T | undefined;
	readonly problem: Problem | undefined;
	readonly loading: boolean;
	reload(): Promise<void>;
}

export function query<T>(path: () => string | undefined, kinds: () => readonly string[] = () => []): Query<T> {
	let data = $state.raw<T | undefined>();
	let problem = $state.raw<Problem | undefined>();
	let loading = $state(false);
	let asked: AbortController | undefined;
	let shown: string | undefined;

	async function load(from: string): Promise<void> {
		asked?.abort();
		const mine = (asked = new AbortController());
		loading = true;
		const answer = await get<T>(from, mine.signal);
		if (mine.signal.aborted) return;
		loading = false;
		if (answer.ok) {
			data = answer.data;
			problem = undefined;
		} else {
			problem = answer.problem;
			// What one may not see any more is not shown any longer.
			if (answer.problem.fault === 'absent' || answer.problem.fault === 'refused') data = undefined;
		}
	}

	$effect(() => {
		const from = path();
		untrack(() => {
			if (from !== shown) data = undefined;
			shown = from;
			if (from) void load(from);
		});
		return () => asked?.abort();
	});

	$effect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const about = kinds();
		if (!about.length) return;
		const stop = live.on(about, () => {
			timer ??= setTimeout(() => {
				timer = undefined;
				if (shown) void load(shown);
			}, PAUSE_MS);
		});
		return () => {
			stop();
			clearTimeout(timer);
		};
	});

	return {
		get data() {
			return data;
		},
		get problem() {
			return problem;
		},
		get loading() {
			return loading;
		},
		async reload() {
			if (shown) await load(shown);
		},
	};
}
