/* entries -- entries of the record as the interface gives them (GET /record). */
import type { Handle } from '../../lib/plan/plan';

export interface Entry {
	seq: number;
	at: string;
	type: string;
	/** "person:17", "system" … as it stands in the leaf. */
	actor: string;
	who?: Handle;
	/** What it is of, as far as one sees it; else only its mark. */
	of?: Handle;
	obj?: string;
}
export interface Entries {
	rows: Entry[];
	after?: string | number;
}

const PAGE = 100;
const ASKED = ['space', 'kind', 'type', 'actor', 'after'] as const;

/** The address that answers what the page is asked for. */
export function entries_path(query: URLSearchParams): string {
	const parts = new URLSearchParams({ limit: String(PAGE) });
	for (const name of ASKED) {
		const value = query.get(name);
		if (value) parts.set(name, value);
	}
	return `/record?${parts}`;
}
