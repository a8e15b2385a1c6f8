/*
 * lang -- the language of the page, switched at once and remembered.
 *
 * Every text that a person reads is a pair in both languages (`Both`): those of
 * the plan come from the catalogue, those of the page stand in a words.ts.
 */
export type Lang = 'zh' | 'en';
export interface Both {
	readonly zh: string;
	readonly en: string;
}

const KEPT = 'fengsui.lang';

function first(): Lang {
	const kept = localStorage.getItem(KEPT);
	if (kept === 'zh' || kept === 'en') return kept;
	return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

let now = $state<Lang>(first());

export const lang = {
	get now(): Lang {
		return now;
	},
	set now(to: Lang) {
		now = to;
		localStorage.setItem(KEPT, to);
	},
	get tag(): string {
		return now === 'zh' ? 'zh-CN' : 'en-GB';
	},
};

/** Words of a page. The type is the check: a pair that lacks a language does not compile. */
export function words<T extends Record<string, Both>>(all: T): T {
	return all;
}

/** The text in the language of the page; `{name}` stands for a value of `put`. */
export function say(pair: Both | undefined, put?: Record<string, string | number>): string {
	const text = pair ? pair[now] || pair.zh || pair.en : '';
	return put ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(put[name] ?? whole)) : text;
}
