/*
 * catalogue -- what the daemon's plan knows: kinds, fields, states, moves, codes.
 *
 * Loaded once after signing in; lists and forms are made from it alone, so that
 * another plan needs no other page.
 */
import { get } from '../ask/call';
import type { Problem } from '../ask/problem';
import { say, type Both } from '../words/lang.svelte';
import type { Want } from './plan';

export type FieldType = 'text' | 'word' | 'number' | 'yes' | 'time' | 'enum' | 'ref' | 'blob' | 'scores';

export interface Field extends Both {
	name: string;
	type: FieldType;
	/** The enumeration or kind. */
	of?: string;
	many: boolean;
	search: boolean;
	filter: boolean;
	column: boolean;
	/** The engine writes it; no person does. */
	engine: boolean;
}
export interface State extends Both {
	name: string;
	end: boolean;
}
export interface Region extends Both {
	name: string;
	machine?: string;
	states: State[];
}
export interface Who {
	do?: string[];
	propose?: string[];
	sign?: string[];
	confirm?: string[];
	when_zh?: string;
	when_en?: string;
}
/** A record that is referred to stands in one of these states. */
export interface Standing {
	of: string;
	region: string;
	states: string[];
}
export interface Move extends Both {
	name: string;
	form: 'create' | 'move' | 'act';
	from: string[];
	to?: string;
	region?: string;
	rows: string[];
	automatic: boolean;
	receipt?: boolean;
	who: Who[];
	needs: Want[];
	asks: Want[];
	if: (Both & { code: string })[];
	by: (Both & { code: string })[];
	/** Of `create`: where what it belongs to must stand. */
	while?: Standing[];
}
export interface KindInfo extends Both {
	name: string;
	number?: string;
	title?: string;
	fields: Field[];
	regions: Region[];
	moves: Move[];
	/** Where what it belongs to stands when nothing may change any more. */
	readonly: Standing[];
}
export interface Code extends Both {
	code: string;
}
/** Who may publish what to whom: colours by level, and by marking which levels may go out. */
export interface Publication {
	levels: (Both & { level: number; colour: string })[];
	audiences: { marking: string; levels: number[]; authorised: boolean }[];
}
interface Catalogue extends Both {
	pack: string;
	version: string;
	digest: string;
	kinds: KindInfo[];
	inputs: Field[];
	enums: Record<string, Code[]>;
	roles: Record<string, Both>;
	dimensions: (Code & { scores: Both[] })[];
	refusals: (Code & { security: boolean })[];
	publication: Publication;
}

let loaded = $state.raw<Catalogue | undefined>();
let by_name = new Map<string, KindInfo>();

export async function catalogue_load(): Promise<Problem | undefined> {
	const answer = await get<Catalogue>('/catalogue');
	if (!answer.ok) return answer.problem;
	by_name = new Map(answer.data.kinds.map((kind) => [kind.name, kind]));
	loaded = answer.data;
	return undefined;
}

/** Only inside the frame, which shows nothing before it is loaded. */
export function catalogue(): Catalogue {
	if (!loaded) throw new Error('the catalogue is not loaded');
	return loaded;
}

export const kind_of = (name: string): KindInfo | undefined => (loaded ? by_name.get(name) : undefined);
export const field_of = (kind: string, name: string): Field | undefined =>
	kind_of(kind)?.fields.find((f) => f.name === name) ?? loaded?.inputs.find((f) => f.name === name);
export const move_of = (kind: string, name: string): Move | undefined =>
	kind_of(kind)?.moves.find((m) => m.name === name);
export const state_of = (kind: string, region: string, name: string): State | undefined =>
	kind_of(kind)?.regions.find((r) => r.name === region)?.states.find((s) => s.name === name);

/** Nothing of this kind is made any more for a record that has come to its end; before that, the plan says why not. */
export function over_for(kind: string, record: { kind: string; states: Record<string, string> }): boolean {
	const info = kind_of(kind);
	const here = (one: Standing) => one.of === record.kind && one.states.includes(record.states[one.region] ?? '');
	const ended = (one: Standing) => state_of(record.kind, one.region, record.states[one.region] ?? '')?.end ?? false;
	const create = info?.moves.find((m) => m.form === 'create');
	return !!info?.readonly.some(here) || !!create?.while?.some((one) => one.of === record.kind && !here(one) && ended(one));
}

export const kind_name = (name: string): string => say(kind_of(name)) || name;
export const code_name = (of: string | undefined, code: unknown): string =>
	say((of ? loaded?.enums[of] : undefined)?.find((c) => c.code === String(code))) || String(code ?? '');
export const role_name = (role: string): string => say(loaded?.roles[role]) || role;
