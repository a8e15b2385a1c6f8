/*
 * upload -- a file into the evidence store, in pieces, resumed where it was cut.
 *
 * The daemon answers a piece when it is on the disk; the digest is reckoned here
 * and compared there, so that what is sealed is what was chosen.
 */
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';
import { ask, page_token, type Answer } from './call';
import { offline, problem_of, type Problem } from './problem';

const PIECE = 4 * 1024 * 1024;
const TRIES = 6;
const PAUSE_MS = 1500;

export interface Progress {
	sent: number;
	size: number;
	/** Waiting for the connection to come back. */
	paused: boolean;
}

const pause = (time: number) => new Promise((done) => setTimeout(done, time));

async function raw(method: string, path: string, headers: Record<string, string>, body?: Blob): Promise<Response | undefined> {
	try {
		return await fetch('/api/v1/uploads/' + path, { method, headers: { ...headers, 'X-Fengsui-Token': page_token.get() }, body });
	} catch {
		return undefined;
	}
}

/** One piece; the offset after it, or what is wrong. A lost answer asks where the upload stands. */
async function piece(id: string, file: File, at: number, told: (paused: boolean) => void): Promise<number | Problem> {
	for (let n = 0; n < TRIES; n++) {
		const part = file.slice(at, at + PIECE);
		const response = await raw('PATCH', id, { 'Upload-Offset': String(at), 'Content-Type': 'application/offset+octet-stream' }, part);
		if (response?.ok) return at + part.size;
		if (response && response.status !== 409 && response.status < 500) return problem_of(response);
		told(true);
		await pause(PAUSE_MS * (n + 1));
		const stands = (await raw('HEAD', id, {}))?.headers.get('Upload-Offset');
		if (stands) at = Number(stands);
		told(false);
		if (stands && at >= file.size) return at;
	}
	return offline;
}

/** The digest by which a record names the file. */
export async function upload(file: File, progress: (p: Progress) => void): Promise<Answer<string>> {
	const made = await ask<{ upload?: string | number; id?: string | number }>('/uploads', { method: 'POST', body: { size: file.size } });
	if (!made.ok) return made;
	const id = String(made.data.upload ?? made.data.id);
	const hash = sha256.create();
	let hashed = 0;
	for (let at = 0; at < file.size; ) {
		if (hashed <= at) {
			hash.update(new Uint8Array(await file.slice(hashed, at + PIECE).arrayBuffer()));
			hashed = Math.min(at + PIECE, file.size);
		}
		const next = await piece(id, file, at, (paused) => progress({ sent: at, size: file.size, paused }));
		if (typeof next !== 'number') return { ok: false, problem: next };
		at = next;
		progress({ sent: at, size: file.size, paused: false });
	}
	if (hashed < file.size) hash.update(new Uint8Array(await file.slice(hashed).arrayBuffer()));
	const digest = bytesToHex(hash.digest());
	const sealed = await ask<unknown>(`/uploads/${id}/end`, { method: 'POST', body: { digest } });
	// Where the answer to the end was lost and the upload is gone, it was sealed.
	if (!sealed.ok && sealed.problem.fault !== 'absent') return sealed;
	return { ok: true, data: digest };
}
