/* prompt -- a question that the plan has no field for; its answer goes into a text. */
import type { FieldType } from '../plan/catalogue.svelte';
import type { Both } from '../words/lang.svelte';

export interface Prompt extends Both {
	name: string;
	type: Extract<FieldType, 'text' | 'word' | 'yes'>;
}
