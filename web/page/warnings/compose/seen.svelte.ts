/* The warning as it would leave with what is typed, asked of the daemon a moment after the last key. */
import { ask } from '../../../lib/ask/call';
import type { Problem } from '../../../lib/ask/problem';
import type { Both } from '../../../lib/words/lang.svelte';

export interface Finding extends Both {
	field: string;
	/** Characters, from 0; `to` is behind the last. */
	from: number;
	to: number;
	class: string;
	what: string;
}
export interface Shown {
	letter?: Both;
	cap: { xml?: string; none?: Both };
	found: Finding[];
}

const PAUSE_MS = 350;

export class Seen {
	now = $state.raw<Shown>();
	problem = $state.raw<Problem>();
	private timer: ReturnType<typeof setTimeout> | undefined;
	private asked = 0;

	look(ref: number, typed: Record<string, unknown>): void {
		clearTimeout(this.timer);
		// What was emptied is said as the empty text.
		const input = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, value ?? '']));
		this.timer = setTimeout(() => void this.ask(ref, input), this.now ? PAUSE_MS : 0);
	}
	stop(): void {
		clearTimeout(this.timer);
	}
	private async ask(ref: number, input: object): Promise<void> {
		const mine = ++this.asked;
		const answer = await ask<Shown>(`/warning/${ref}/preview`, { method: 'POST', body: { input } });
		if (mine !== this.asked) return;
		this.problem = answer.ok ? undefined : answer.problem;
		if (answer.ok) this.now = answer.data;
		else if (answer.problem.fault === 'refused') this.now = undefined;
	}
}
