/*
 * call -- one question to the daemon, and its answer.
 *
 *     const answer = await get<List>('/incident?where=open:yes');
 *     const answer = await move('incident', 'confirm', ref, input, { seen: 3 });
 *     if (!answer.ok) show(answer.problem);
 *
 * A move carries a key of its own, so that sending it again after a lost answer
 * does it once. A session that has ended and a proof that is asked for anew are
 * mended here, by whoever `mend` names (the frame of the page), and the same
 * request goes out again with the same key.
 */
import type { Kind, MoveName } from '../plan/plan';
import { cut_short, offline, problem_of, type Problem } from './problem';

export type Answer<T> = { ok: true; data: T; etag?: string; after?: string } | { ok: false; problem: Problem };

export interface Done {
	id: number;
	kind: string;
	number?: string;
	version: number;
	states: Record<string, string>;
	pending?: { proposal: number; move: string; waits_for: string[] };
	receipt?: { number: string };
}

/** What the frame of the page does about a session that ended or a proof that is wanted; false: the person gave up. */
export const mend: { session?: () => Promise<boolean>; proof?: () => Promise<boolean> } = {};

let token = '';
export const page_token = {
	get: () => token,
	set: (to: string) => void (token = to),
};

interface Asked {
	method?: string;
	body?: unknown;
	headers?: Record<string, string>;
	signal?: AbortSignal;
	/** Do not ask for a session: a refusal for lack of one is the answer. */
	bare?: boolean;
}

async function once(path: string, asked: Asked): Promise<Response | undefined> {
	const headers: Record<string, string> = { Accept: 'application/json', ...asked.headers };
	if (asked.body !== undefined) headers['Content-Type'] = 'application/json';
	if (asked.method && asked.method !== 'GET' && token) headers['X-Fengsui-Token'] = token;
	try {
		return await fetch('/api/v1' + path, {
			method: asked.method ?? 'GET',
			headers,
			body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
			signal: asked.signal,
			credentials: 'same-origin',
		});
	} catch {
		return undefined;
	}
}

async function mended(problem: Problem): Promise<boolean> {
	if (problem.fault === 'unauthenticated') return (await mend.session?.()) ?? false;
	if (problem.fault === 'step_up') return (await mend.proof?.()) ?? false;
	return false;
}

export async function ask<T>(path: string, asked: Asked = {}): Promise<Answer<T>> {
	for (let round = 0; ; round++) {
		const response = await once(path, asked);
		if (!response) return { ok: false, problem: offline };
		if (response.ok) {
			const etag = response.headers.get('ETag')?.replace(/^(W\/)?"(.*)"$/, '$2');
			try {
				// An answer that broke off is none: whoever asked is never handed half of it, nor nothing as if it were data.
				const data = response.status === 204 ? undefined : await response.json();
				return { ok: true, data: data as T, etag, after: data?.after };
			} catch (error) {
				return { ok: false, problem: cut_short(error, response) };
			}
		}
		const problem = await problem_of(response);
		if (asked.bare || round || !(await mended(problem))) return { ok: false, problem };
	}
}

export const get = <T>(path: string, signal?: AbortSignal) => ask<T>(path, { signal });
export const post = <T>(path: string, body: unknown = {}) => ask<T>(path, { method: 'POST', body });

/** A key that no other request has. */
export function new_key(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export interface How {
	/** Only where the record still has this version. */
	seen?: number;
	/** The same key for the same deed, however often it is sent. */
	key?: string;
	/** When it happened, where it is entered later. */
	occurred?: string;
	space?: 'real' | 'drill';
}

/** A move of a kind; `create` makes a record and takes no ref. */
export function move<K extends Kind>(kind: K, name: MoveName<K>, ref: string | number | undefined, input: object, how: How = {}) {
	const headers: Record<string, string> = { 'Idempotency-Key': how.key ?? new_key() };
	if (how.seen !== undefined) headers['If-Match'] = `"${how.seen}"`;
	const path = ref === undefined ? `/${kind}` : `/${kind}/${encodeURIComponent(ref)}/${name}`;
	const body: Record<string, unknown> = { input };
	if (how.occurred) body.occurred = how.occurred;
	if (how.space === 'drill') body.space = 'drill';
	return ask<Done>(path, { method: 'POST', body, headers });
}
