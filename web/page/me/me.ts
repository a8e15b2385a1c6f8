/* me -- what the daemon says of one's own account, and the program behind a session in a few words. */
import { say, type Both } from '../../lib/words/lang.svelte';
import { w } from './words';

export interface Own {
	session?: { opened_at: string; ends_at: string; account?: { factor: boolean; recovery_left: number; password_at?: string } };
}
export interface SessionRow {
	id: number;
	address: string;
	agent: string;
	this: boolean;
	opened_at: string;
	used_at: string;
	ends_at: string;
}
export type Scope = 'read' | 'report' | 'intake' | 'act';
export interface Token {
	id: number;
	name: string;
	scopes: Scope[];
	networks: string;
	source?: string;
	made_at: string;
	expires_at: string;
	used_at?: string;
	revoked_at?: string;
}
export interface Rows<T> {
	rows: T[];
}

export const scope_words: Record<Scope, Both> = { read: w.scope_read, report: w.scope_report, intake: w.scope_intake, act: w.scope_act };

const PROGRAMS: [RegExp, string][] = [
	[/\bEdg\/(\d+)/, 'Edge'],
	[/\bFirefox\/(\d+)/, 'Firefox'],
	[/Chrome\/(\d+)/, 'Chrome'],
	[/\bVersion\/(\d+).*Safari/, 'Safari'],
	[/^fengsui\/?([\d.]*)/, 'fengsui'],
	[/^curl\/(\d+)/, 'curl'],
];
const SYSTEMS: [RegExp, string][] = [
	[/Android/, 'Android'],
	[/iPhone|iPad/, 'iOS'],
	[/Windows/, 'Windows'],
	[/Mac OS X/, 'macOS'],
	[/Linux/, 'Linux'],
];

/** "Firefox 130, Linux"; what is none of the usual is shown as it said itself. */
export function agent_words(agent: string): string {
	const [found, name] = PROGRAMS.map(([test, name]) => [test.exec(agent), name] as const).find(([hit]) => hit) ?? [];
	if (!found) return agent.slice(0, 40) || say(w.unknown_agent);
	const system = SYSTEMS.find(([test]) => test.test(agent))?.[1];
	return `${name} ${found[1] ?? ''}`.trim() + (system ? `, ${system}` : '');
}
