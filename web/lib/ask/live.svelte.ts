/*
 * live -- what happens, told to whoever shows it.
 *
 * One stream for the whole page. Changes are gathered for a moment and told
 * together, each record once: a thousand events a second cost a page four
 * redraws. Everything that came is counted; nothing is left out silently.
 */
import { now } from '../words/now.svelte';

export interface Change {
	kind: string;
	id: number;
	number?: string;
	version: number;
	space: 'real' | 'drill';
	type: string;
	at: string;
}
export interface Batch {
	/** The last change of each record, in the order in which they came. */
	changes: Change[];
	/** Events behind them. */
	events: number;
	/** The stream was lost for too long: read the lists anew. */
	anew: boolean;
}
type Listener = (batch: Batch) => void;

const GATHER_MS = 250;
const listeners = new Map<Listener, readonly string[]>();
let waiting = new Map<string, Change>();
let waiting_events = 0;
let anew = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let source: EventSource | undefined;
let state = $state<'off' | 'on' | 'lost'>('off');
let events = $state(0);
let last_at = $state<string | undefined>();

function tell(): void {
	const batch: Batch = { changes: [...waiting.values()], events: waiting_events, anew };
	timer = undefined;
	waiting = new Map();
	waiting_events = 0;
	anew = false;
	for (const [listener, kinds] of listeners) {
		const changes = kinds.length ? batch.changes.filter((c) => kinds.includes(c.kind)) : batch.changes;
		if (changes.length || batch.anew) listener({ ...batch, changes });
	}
}

function soon(): void {
	timer ??= setTimeout(tell, GATHER_MS);
}

function taken(event: MessageEvent<string>): void {
	const change = JSON.parse(event.data) as Change;
	events++;
	waiting_events++;
	last_at = change.at;
	if (now.stands) now.said(change.at, true);
	waiting.set(`${change.kind} ${change.id}`, change);
	soon();
}

function gap(): void {
	anew = true;
	soon();
}

export const live = {
	get state() {
		return state;
	},
	get events() {
		return events;
	},
	/** When the last thing that one may see happened. */
	get last_at() {
		return last_at;
	},
	start(): void {
		if (source) return;
		source = new EventSource('/api/v1/events');
		source.addEventListener('change', taken);
		source.addEventListener('resume', gap);
		source.onopen = () => {
			if (state === 'lost') gap();
			state = 'on';
		};
		source.onerror = () => {
			state = 'lost';
			// A session that has ended closes the stream for good; asking again is for whoever signs in.
			if (source?.readyState === EventSource.CLOSED) {
				source = undefined;
				setTimeout(() => listeners.size && live.start(), 5000);
			}
		};
	},
	stop(): void {
		source?.close();
		source = undefined;
		state = 'off';
	},
	/** Be told of these kinds (none: of all); gives the end of it. */
	on(kinds: readonly string[], listener: Listener): () => void {
		listeners.set(listener, kinds);
		return () => void listeners.delete(listener);
	},
};
