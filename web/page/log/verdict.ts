/* verdict -- what the second verifier says, and the messages between the page and it. */
export interface Finding {
	code: string;
	zh: string;
	en: string;
	detail: string;
	seq?: number;
}
export interface Verdict {
	ok: boolean;
	exit: 0 | 1 | 2;
	against: number;
	manifest_signed: boolean;
	logs: { origin: string; root: string; given_time: boolean; entries: number; texts: number; erased: number; withheld: number }[];
	counts: Record<string, number>;
	findings: Finding[];
}
export interface Asked {
	files: [string, File][];
	tar: boolean;
	against: string[];
}
export type Told = { read: number } | { verdict: Verdict } | { nothing: true } | { wrong: string };

/** The folder itself is not part of a name. */
export function named(files: File[]): [string, File][] {
	return files.map((file) => {
		const path = file.webkitRelativePath || file.name;
		return [file.webkitRelativePath ? path.slice(path.indexOf('/') + 1) : path, file];
	});
}
