/*
 * verify.worker -- the second verifier at work beside the page.
 *
 * It is the very file that every archive carries (web/lib/verify.js). Here it reads files piece by piece, so that evidence
 * of some GiB takes no memory, and says how far it is.
 */
import '../../lib/verify.js';
import type { Asked, Told, Verdict } from './verdict';

type Files = Map<string, Uint8Array | { size: number; chunks: () => Iterable<Uint8Array> }>;
interface Verifier {
	verify(files: Files, options: { against: string[] }): Verdict;
	readTar(bytes: Uint8Array): Files | null;
}
/* What a worker has and the types of a page do not know. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
const { fengsuiVerify } = globalThis as unknown as { fengsuiVerify: Verifier };
const tell = (told: Told) => (globalThis as unknown as { postMessage(told: Told): void }).postMessage(told);

const PIECE = 4 * 1024 * 1024;
const TELL_MS = 100;
let read = 0;
let told_at = 0;

function* pieces(file: File): Iterable<Uint8Array> {
	const reader = new FileReaderSync();
	for (let at = 0; at < file.size; at += PIECE) {
		const piece = new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + PIECE)));
		read += piece.length;
		if (Date.now() - told_at > TELL_MS) {
			told_at = Date.now();
			tell({ read });
		}
		yield piece;
	}
}

function whole(file: File): Uint8Array {
	const bytes = new Uint8Array(file.size);
	let at = 0;
	for (const piece of pieces(file)) {
		bytes.set(piece, at);
		at += piece.length;
	}
	return bytes;
}

function run({ files, tar, against }: Asked): void {
	const first = files[0]?.[1];
	const all = tar && first ? fengsuiVerify.readTar(whole(first)) : new Map(files.map(([name, file]) => [name, { size: file.size, chunks: () => pieces(file) }]));
	if (!all?.has('manifest.json')) return tell({ nothing: true });
	tell({ verdict: fengsuiVerify.verify(all, { against }) });
}

addEventListener('message', (event: MessageEvent<Asked>) => {
	try {
		run(event.data);
	} catch (error) {
		tell({ wrong: error instanceof Error ? error.message : String(error) });
	}
});
