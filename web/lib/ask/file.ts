/* file -- an answer of the daemon that is a file: taken whole, so that a refusal is shown and not saved. */
import { mend } from './call';
import { offline, problem_of, type Problem } from './problem';

export type Taken = { ok: true; name: string; content: Blob } | { ok: false; problem: Problem };

const named = (said: string | null): string | undefined => said?.match(/filename="([^"]+)"/)?.[1];

export async function get_file(path: string, otherwise: string): Promise<Taken> {
	for (let round = 0; ; round++) {
		let response: Response;
		try {
			response = await fetch('/api/v1' + path, { credentials: 'same-origin' });
			if (response.ok) return { ok: true, name: named(response.headers.get('Content-Disposition')) ?? otherwise, content: await response.blob() };
		} catch {
			return { ok: false, problem: offline };
		}
		const problem = await problem_of(response);
		if (round || problem.fault !== 'unauthenticated' || !(await mend.session?.())) return { ok: false, problem };
	}
}
