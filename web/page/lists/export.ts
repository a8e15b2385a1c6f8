/* export -- all rows of a list as a file, a page at a time; can be stopped. */
import { get } from '../../lib/ask/call';
import type { Problem } from '../../lib/ask/problem';
import { cell_text } from '../../lib/plan/cell';
import { kind_of, state_of, type Field } from '../../lib/plan/catalogue.svelte';
import { ref_of, type List } from '../../lib/plan/plan';
import { csv_line, csv_save } from '../../lib/words/csv';
import { say } from '../../lib/words/lang.svelte';
import { w } from './words';

/** More is a bundle, not a spreadsheet. */
export const ROWS_MOST = 100_000;

export interface Export {
	rows: number;
	stopped: boolean;
	problem?: Problem;
}

export async function export_list(kind: string, address: (after?: string) => string, columns: Field[], told: Export): Promise<void> {
	const regions = kind_of(kind)?.regions ?? [];
	const lines = [csv_line([say(w.number), ...columns.map((c) => say(c)), ...regions.map((r) => say(r)), say(w.changed)])];
	for (let after: string | undefined, page = 0; !page || after; page++) {
		const answer = await get<List>(address(after));
		if (told.stopped) return;
		if (!answer.ok) {
			told.problem = answer.problem;
			return;
		}
		for (const row of answer.data.rows)
			lines.push(
				csv_line([
					ref_of(row), ...columns.map((c) => cell_text(c, row.fields[c.name])),
					...regions.map((r) => say(state_of(kind, r.name, row.states[r.name] ?? '')) || row.states[r.name]), row.updated_at,
				]),
			);
		told.rows += answer.data.rows.length;
		after = told.rows < ROWS_MOST ? answer.data.after : undefined;
	}
	csv_save(`${kind}.csv`, lines);
}
