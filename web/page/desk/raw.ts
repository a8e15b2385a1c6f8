/*
 * raw -- the beginning of a file of a record, as text that cannot play tricks.
 *
 * What an attacker wrote is shown, never run: at most so many bytes, and characters that
 * are not seen or turn the direction of reading stand as their number.
 */
import type { Answer } from '../../lib/ask/call';
import { offline, problem_of } from '../../lib/ask/problem';

export const RAW_BYTES = 16 * 1024;
export interface Raw {
	text: string;
	cut: boolean;
}

const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
export const visible = (text: string): string =>
	text.replace(/\r\n/g, '\n').replace(UNSEEN, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);

async function head(body: ReadableStream<Uint8Array>): Promise<{ bytes: Uint8Array; cut: boolean }> {
	const reader = body.getReader();
	const bytes = new Uint8Array(RAW_BYTES);
	for (let at = 0; ; ) {
		const { done, value } = await reader.read();
		if (done) return { bytes: bytes.subarray(0, at), cut: false };
		const part = value.subarray(0, RAW_BYTES - at);
		bytes.set(part, at);
		at += part.length;
		if (part.length < value.length) {
			void reader.cancel();
			return { bytes, cut: true };
		}
	}
}

export async function raw_read(address: string, signal: AbortSignal): Promise<Answer<Raw>> {
	try {
		const response = await fetch(address, { signal, credentials: 'same-origin' });
		if (!response.ok) return { ok: false, problem: await problem_of(response) };
		if (!response.body) return { ok: true, data: { text: '', cut: false } };
		const { bytes, cut } = await head(response.body);
		return { ok: true, data: { text: visible(new TextDecoder().decode(bytes)), cut } };
	} catch {
		return { ok: false, problem: offline };
	}
}
