/* document -- what documents the daemon can make of a record. */
import type { Both, Lang } from '../words/lang.svelte';
import { formats } from './words';

export type Format = keyof typeof formats;
export interface Template extends Both {
	template: string;
	formats: Format[];
	languages: Lang[];
}
export interface Makeable {
	documents: Template[];
}

export const address = (ref: string, template: string, format: Format, lang: Lang): string =>
	`/document/${encodeURIComponent(ref)}/${template}.${format}?lang=${lang}`;
