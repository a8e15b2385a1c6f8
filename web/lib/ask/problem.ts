/*
 * problem -- what the daemon, or the way to it, did not accept.
 *
 * A refusal is an answer: whoever asked gets it as a value and shows it where
 * it belongs. Never thrown past call().
 */
import type { Both } from '../words/lang.svelte';

export interface Missing extends Both {
	code?: string;
	what?: string;
}
export interface Refusal extends Both {
	code: string;
	missing?: Missing[];
}

export interface Problem extends Both {
	/** A fault of the daemon, or `offline`: it was not reached and nothing is known. */
	fault: string;
	status: number;
	title?: string;
	refusals?: Refusal[];
	/** Seconds after which the same may be asked again. */
	retry_s?: number;
}

export const offline: Problem = {
	fault: 'offline',
	status: 0,
	zh: '连接不上指挥系统；所填内容都保留在此页，恢复后可再次提交。',
	en: 'The command system is not reached; all that was typed stays here and can be sent again.',
};

const unreadable: Both = {
	zh: '指挥系统的答复无法读取（状态 {status}）。',
	en: 'The answer of the command system cannot be read (status {status}).',
};

const not_read = (status: number): Problem => {
	const fill = (text: string) => text.replace('{status}', String(status));
	return { fault: 'unreadable', status, zh: fill(unreadable.zh), en: fill(unreadable.en) };
};

/** What became of an answer that could not be read to its end: it is no JSON, or the way broke off. */
export const cut_short = (error: unknown, response: Response): Problem => (error instanceof SyntaxError ? not_read(response.status) : offline);

export async function problem_of(response: Response): Promise<Problem> {
	const retry_s = Number(response.headers.get('Retry-After')) || undefined;
	try {
		const body = await response.json();
		if (typeof body.zh === 'string' && typeof body.en === 'string') return { ...body, status: response.status, retry_s };
	} catch {
		/* said below */
	}
	return { ...not_read(response.status), retry_s };
}
