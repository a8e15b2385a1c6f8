/*
 * text -- what is being written: as it was typed, what of it differs from the record, and its sending.
 *
 * The record goes on under it: what others changed comes in, and what both changed is shown.
 */
import { untrack } from 'svelte';
import { get, move as do_move, new_key } from '../../../lib/ask/call';
import type { Problem } from '../../../lib/ask/problem';
import { meet, type Met } from '../../../lib/form/conflict';
import { draft_drop, draft_keep, draft_read, type Values } from '../../../lib/form/draft';
import { typed_of, value_of } from '../../../lib/form/value';
import type { Field } from '../../../lib/plan/catalogue.svelte';
import type { AnyRecord, MoveName } from '../../../lib/plan/plan';
import type { Spoken } from '../plan';

export class Text {
	values = $state<Values>({});
	sending = $state(false);
	problem = $state.raw<Problem>();
	met = $state.raw<Met>();
	private stood = $state.raw<Record<string, unknown>>({});
	private seen = 0;
	private deed = new_key();
	private readonly kept: string;

	constructor(
		readonly kind: Spoken,
		readonly fields: readonly Field[],
		record: AnyRecord,
	) {
		this.kept = `${kind}.compose ${record.id}`;
		this.stood = record.fields;
		this.seen = record.version;
		this.values = { ...Object.fromEntries(fields.map((field) => [field.name, typed_of(field, record.fields[field.name])])), ...draft_read(this.kept) };
	}

	value = (name: string): unknown => {
		const field = this.fields.find((one) => one.name === name);
		return field && value_of(field, this.values[name]);
	};

	/** What is typed and not in the record yet. */
	changes(): Record<string, unknown> {
		const out: Record<string, unknown> = {};
		for (const field of this.fields) {
			const value = value_of(field, this.values[field.name]);
			const before = value_of(field, typed_of(field, this.stood[field.name]));
			if (JSON.stringify(value) !== JSON.stringify(before)) out[field.name] = value ?? null;
		}
		return out;
	}

	/** A page that is read anew has what was typed. */
	keep(): void {
		if (Object.keys(this.changes()).length) draft_keep(this.kept, $state.snapshot(this.values));
		else draft_drop(this.kept);
	}

	/** The record as it is now. */
	follow(record: AnyRecord): void {
		if (record.version === this.seen) return;
		untrack(() => {
			const met = meet(this.fields, this.stood, record.fields, this.values);
			this.stood = record.fields;
			this.seen = record.version;
			if (met.clashes.length) this.met = met;
		});
	}

	async save(ref: number): Promise<boolean> {
		this.sending = true;
		this.problem = this.met = undefined;
		const answer = await do_move(this.kind, 'edit' as MoveName<Spoken>, ref, this.changes(), { seen: this.seen, key: this.deed });
		this.sending = false;
		if (answer.ok) {
			this.deed = new_key();
			const fresh = await get<AnyRecord>(`/${this.kind}/${ref}`);
			if (fresh.ok) this.follow(fresh.data);
			draft_drop(this.kept);
			return true;
		}
		if (answer.problem.fault !== 'offline' && answer.problem.status < 500) this.deed = new_key();
		if (answer.problem.status === 412) {
			const fresh = await get<AnyRecord>(`/${this.kind}/${ref}`);
			if (fresh.ok) {
				this.met = meet(this.fields, this.stood, fresh.data.fields, this.values);
				this.stood = fresh.data.fields;
				this.seen = fresh.data.version;
				return false;
			}
		}
		this.problem = answer.problem;
		return false;
	}
}
