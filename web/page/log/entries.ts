/* entries -- entries of the record as the interface gives them (GET /record). */
import type { Handle } from '../../lib/plan/plan';

/** With the record that it is of; `house`: of none. */
export interface Entry extends Handle {
	seq: number;
	at: string;
	occurred?: string;
	type: string;
	/** "person:17", "timer", "system" … as it stands in the leaf. */
	actor: string;
	who?: Handle;
	/** Of the leaf, as it stands in the tree. */
	hash: string;
}
export interface Entries {
	entries: Entry[];
	/** How many entries the record has. */
	size: number;
	/** Where to go on; none: this is the end. An answer may have few entries, or none, and still go on. */
	next?: number;
}

const PAGE = 50;
const ASKED = ['space', 'order', 'kind', 'type', 'actor', 'after', 'before'] as const;

/** The address that answers what the page is asked for. */
export function entries_path(query: URLSearchParams): string {
	const parts = new URLSearchParams({ limit: String(PAGE) });
	for (const name of ASKED) {
		const value = query.get(name);
		if (value) parts.set(name, value);
	}
	return `/record?${parts}`;
}
