/* tabs -- the parts of a case page: name in the address, view, and what the badge counts. */
import type { Component } from 'svelte';
import type { AnyRecord } from '../../lib/plan/plan';
import type { Both } from '../../lib/words/lang.svelte';
import { count, DOCUMENTS, MEASURES, UPWARD } from './children';
import Documents from './tabs/Documents.svelte';
import Evidence from './tabs/Evidence.svelte';
import Grading from './tabs/Grading.svelte';
import Measures from './tabs/Measures.svelte';
import Overview from './tabs/Overview.svelte';
import People from './tabs/People.svelte';
import Taskings from './tabs/Taskings.svelte';
import Timeline from './tabs/Timeline.svelte';
import Upward from './tabs/Upward.svelte';
import { w } from './words';

export interface Tab {
	name: string;
	label: Both;
	view: Component<{ record: AnyRecord; ref: string }>;
	count?: (record: AnyRecord) => number;
}

export const tabs: readonly Tab[] = [
	{ name: 'overview', label: w.overview, view: Overview },
	{ name: 'grading', label: w.grading, view: Grading, count: (r) => count(r, 'score_sheet') },
	{ name: 'taskings', label: w.taskings, view: Taskings, count: (r) => count(r, 'tasking') },
	{ name: 'measures', label: w.measures, view: Measures, count: (r) => count(r, ...MEASURES) },
	{ name: 'evidence', label: w.evidence, view: Evidence, count: (r) => count(r, 'evidence') },
	{ name: 'people', label: w.people, view: People, count: (r) => ((r.fields.on_scene as unknown[] | undefined)?.length ?? 0) + (r.fields.lead ? 1 : 0) },
	{ name: 'record', label: w.record, view: Timeline },
	{ name: 'documents', label: w.documents, view: Documents, count: (r) => count(r, ...DOCUMENTS) },
	{ name: 'upward', label: w.upward, view: Upward, count: (r) => count(r, ...UPWARD) },
];
