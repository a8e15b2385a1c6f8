/*
 * session -- who sits here.
 *
 * The cookie is the session; the page only keeps the token that goes with every
 * change, and asks for it anew after a reload.
 */
import type { Role } from '../plan/plan';
import { ask, page_token } from './call';
import type { Problem } from './problem';

export interface Who {
	person: number;
	login: string;
	name: string;
	unit?: string;
	roles: string[];
	demo?: boolean;
	session?: { id: number; proven: boolean; opened_at: string; ends_at: string };
}

let who = $state.raw<Who | undefined>();

export const session = {
	get who(): Who | undefined {
		return who;
	},
	/** Does this person hold one of these roles now? */
	holds(...roles: Role[]): boolean {
		return roles.some((role) => who?.roles.includes(role));
	},
};

export async function session_find(): Promise<Problem | undefined> {
	const answer = await ask<Who & { page_token?: string }>('/session', { bare: true });
	if (!answer.ok) {
		if (answer.problem.fault !== 'offline') who = undefined;
		return answer.problem;
	}
	page_token.set(answer.data.page_token ?? '');
	who = answer.data;
	return undefined;
}

export async function sign_in(login: string, password: string, code: string): Promise<Problem | undefined> {
	const body: Record<string, string> = { login };
	if (password) body.password = password;
	if (code) body.code = code;
	const answer = await ask<{ token: string }>('/session', { method: 'POST', body, bare: true });
	if (!answer.ok) return answer.problem;
	page_token.set(answer.data.token);
	return session_find();
}

export async function sign_out(): Promise<void> {
	await ask('/session', { method: 'DELETE', bare: true });
	page_token.set('');
	who = undefined;
}

/** Prove again who it is, for what the plan marks so. */
export async function step_up(password: string, code: string): Promise<Problem | undefined> {
	const body: Record<string, string> = {};
	if (password) body.password = password;
	if (code) body.code = code;
	const answer = await ask<{ token?: string }>('/session/step-up', { method: 'POST', body, bare: true });
	if (!answer.ok) return answer.problem;
	if (answer.data?.token) page_token.set(answer.data.token);
	return undefined;
}
