/*
 * pages -- which pages there are.
 *
 * Each is a folder of web/page with a page.json: address, name, place in the menu, whom
 * it is for, and the moves that it makes (checked against the plan at build).
 */
import type { Component } from 'svelte';
import { fit } from '../lib/ask/route.svelte';
import { session } from '../lib/ask/session.svelte';
import type { Role } from '../lib/plan/plan';
import type { Both } from '../lib/words/lang.svelte';

export interface Page {
	/** Addresses, with `:name` for what varies. */
	paths: string[];
	label: Both;
	/** Place in the menu; none: it is not there. */
	order?: number;
	/** Whom the menu shows it; none: everybody. The daemon decides what each may see. */
	roles?: Role[];
	/** `wall`: nothing around it. */
	frame?: 'wall';
	/** KIND.MOVE that the page makes by name. */
	uses?: string[];
}
export interface Found {
	page: Page;
	values: Record<string, string>;
	load: () => Promise<{ default: Component<Record<string, string>> }>;
}

const told = import.meta.glob<Page>('../page/*/page.json', { eager: true, import: 'default' });
const views = import.meta.glob<{ default: Component<Record<string, string>> }>('../page/*/Page.svelte');

const all = Object.entries(told).map(([at, page]) => ({ page, load: views[at.replace('page.json', 'Page.svelte')]! }));

export const may_see = (page: Page): boolean => !page.roles || session.holds(...page.roles);

export function menu(): Page[] {
	return all
		.map((one) => one.page)
		.filter((page) => page.order !== undefined && may_see(page))
		.sort((a, b) => a.order! - b.order!);
}

export function page_at(path: string): Found | undefined {
	for (const { page, load } of all)
		for (const pattern of page.paths) {
			const values = fit(pattern, path);
			if (values) return { page, values, load };
		}
	return undefined;
}
