/* What the plan says of warnings and those told of them, as far as these pages name it. */
import { field_of, kind_of, move_of, type Field } from '../../lib/plan/catalogue.svelte';
import { ref_of, type FieldName, type StateOf } from '../../lib/plan/plan';
import { quoted } from '../../lib/plan/where';
import { say } from '../../lib/words/lang.svelte';

/** What is written in both languages here. */
export type Spoken = 'warning' | 'bulletin' | 'notice';

export type Life = StateOf<'warning_target', 'life'>;
export const SILENT: readonly Life[] = ['pending', 'delivered', 'escalated'];

type Warned = StateOf<'warning', 'life'>;
export const SECTIONS: readonly { name: 'in_force' | 'drafted' | 'ended'; states: readonly Warned[] }[] = [
	{ name: 'in_force', states: ['published'] },
	{ name: 'drafted', states: ['submitted', 'review', 'approved'] },
	{ name: 'ended', states: ['lifted', 'rejected'] },
];

/** Emergency Response Law, article 64, as the plan asks for it at approval (docs/warnings.md). */
const ALWAYS: readonly FieldName<'warning'>[] = ['title', 'hazard', 'level', 'measures', 'marking'];
const PUBLIC: readonly FieldName<'warning'>[] = ['category', 'starts_at', 'scope', 'matters'];

export function wanted(kind: Spoken, marking: unknown): ReadonlySet<string> {
	if (kind === 'warning') return new Set<string>(marking === 'public' ? [...ALWAYS, ...PUBLIC] : ALWAYS);
	const ready = move_of(kind, 'ready')?.needs ?? [];
	return new Set([...(move_of(kind, 'create')?.needs ?? []), ...ready].map((want) => want.name));
}

/** The fields of the text: those in both languages side by side, the others for themselves. */
export interface Pair {
	zh: Field;
	en?: Field;
}
export function parts(kind: Spoken): { pairs: Pair[]; others: Field[] } {
	const asked = (move_of(kind, 'edit')?.asks ?? []).map((want) => want.name);
	const own = asked.filter((name) => !name.endsWith('_en')).flatMap((name) => field_of(kind, name) ?? []);
	// In the order in which a reader meets them, which is that of the kind.
	const order = (kind_of(kind)?.fields ?? []).map((field) => field.name);
	own.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
	return {
		pairs: own.filter((field) => field.type === 'text').map((zh) => ({ zh, en: asked.includes(zh.name + '_en') ? field_of(kind, zh.name + '_en') : undefined })),
		others: own.filter((field) => field.type !== 'text'),
	};
}

export const of_warning = (it: { id: number; number?: string }): string => `warning:${quoted(ref_of(it))}`;
/** What is counted for a tally: all targets of a warning by state and by late, and those delivered. */
export const counts_of = (where: string) => `/counts?kind=warning_target&by=life,late&where=${encodeURIComponent(where)}`;
export const reached_of = (where: string) => `/counts?kind=warning_target&by=late&where=${encodeURIComponent(`${where} delivered_at:*`)}`;
export const either = (region: string, states: readonly string[]): string => states.map((state) => `${region}:${state}`).join(' OR ');
export const comma = (): string => say({ zh: '、', en: ', ' });

export interface Counted {
	total: number;
	groups: { values: (string | null)[]; count: number }[];
}
