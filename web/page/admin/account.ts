/* account -- accounts of others: what stands in the list, and what may be done with one as it stands. */
import { get } from '../../lib/ask/call';
import type { Problem } from '../../lib/ask/problem';
import { session } from '../../lib/ask/session.svelte';
import type { Both } from '../../lib/words/lang.svelte';
import { w } from './words';

export type AccountState = 'invited' | 'active' | 'locked' | 'disabled';
export interface Account {
	person: number;
	login?: string;
	name?: string;
	roles?: string[];
	/** None: registered as a person, and never invited. */
	state?: AccountState;
	factor: boolean;
	failures: number;
	signed_in_at?: string | null;
	invited_until?: string | null;
}
export interface Glass {
	break_glass: number;
	person: number;
	opened_by: number;
	until: string;
}
/** A code to hand over, or the number of what waits for the second person. */
export interface ActDone {
	code?: string;
	until?: string;
	break_glass?: number;
}
export interface Act {
	name: 'invite' | 'unlock' | 'enable' | 'break-glass' | 'disable';
	label: Both;
	text: Both;
	grave?: boolean;
	from: (AccountState | undefined)[];
	/** The administrator of accounts; else whoever may stand behind a code. */
	administers: boolean;
}

export const states: Record<AccountState, Both> = { invited: w.invited, active: w.active, locked: w.locked, disabled: w.disabled };

const ACTS: Act[] = [
	{ name: 'unlock', label: w.unlock, text: w.unlock_text, from: ['locked'], administers: true },
	{ name: 'enable', label: w.enable, text: w.enable_text, from: ['disabled'], administers: true },
	{ name: 'invite', label: w.invite, text: w.invite_text, from: [undefined, 'invited', 'active', 'locked'], administers: true },
	{ name: 'break-glass', label: w.glass, text: w.glass_text, from: ['invited', 'active', 'locked'], administers: false },
	{ name: 'disable', label: w.disable, text: w.disable_text, grave: true, from: ['invited', 'active', 'locked'], administers: true },
];

/** Nobody acts for himself; the daemon refuses it in any case. */
export const acts_for = (account: Account): Act[] =>
	account.person === session.who?.person ? [] : ACTS.filter((act) => act.from.includes(account.state) && (!act.administers || session.holds('SCA')));

const PAGE = 100;
const PAGES_MOST = 50;

/** All of them: they are searched here, and a city has some hundred. */
export async function accounts_all(): Promise<{ rows: Account[]; problem?: Problem }> {
	const rows: Account[] = [];
	let after: string | undefined = '0';
	for (let page = 0; after && page < PAGES_MOST; page++) {
		const answer: Awaited<ReturnType<typeof get<{ rows: Account[] }>>> = await get(`/accounts?limit=${PAGE}&after=${after}`);
		if (!answer.ok) return { rows, problem: answer.problem };
		rows.push(...answer.data.rows);
		after = answer.after;
	}
	return { rows };
}
