/*
 * cap -- our own CAP file taken apart for people.
 *
 * The browser's parser is shut by the policy of the page (Trusted Types), and what comes is
 * what the daemon wrote: elements and text, no comments, no declarations within.
 */
export interface Leaf {
	/** "headline"; of a pair valueName and value the name stands here: "parameter warningColour". */
	name: string;
	value: string;
	/** 0: of the alert; from 1: of that info. */
	info: number;
}

const TOKEN = /<(\/?)([A-Za-z]+)[^>]*>|([^<]+)/g;
const SIGN: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text: string) =>
	text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, dec: string, hex: string, name: string) =>
		dec ? String.fromCodePoint(Number(dec)) : hex ? String.fromCodePoint(parseInt(hex, 16)) : (SIGN[name] ?? whole),
	);

export function leaves(xml: string): Leaf[] {
	const out: Leaf[] = [];
	const open: string[] = [];
	let info = 0;
	let text = '';
	let pair = '';
	for (const [, close, name, said] of xml.matchAll(TOKEN)) {
		if (said !== undefined) text += said;
		else if (!close) {
			open.push(name!);
			if (name === 'info') info++;
			text = '';
		} else {
			const leaf = open.pop();
			const parent = open.at(-1) ?? '';
			const value = plain(text).trim();
			if (leaf === 'valueName') pair = value;
			else if (leaf === 'value') out.push({ name: `${parent} ${pair}`, value, info: open.includes('info') ? info : 0 });
			else if (value) out.push({ name: leaf!, value, info: open.includes('info') ? info : 0 });
			text = '';
		}
	}
	return out;
}

/** Rows by element: one value of the alert, or one for each info. */
export function rows_of(all: Leaf[]): { name: string; values: string[] }[] {
	const rows = new Map<string, { name: string; values: string[] }>();
	for (const leaf of all) {
		const key = (leaf.info ? 'info ' : '') + leaf.name;
		const row = rows.get(key) ?? { name: leaf.name, values: [] };
		const at = Math.max(leaf.info - 1, 0);
		row.values[at] = row.values[at] ? `${row.values[at]}, ${leaf.value}` : leaf.value;
		rows.set(key, row);
	}
	return [...rows.values()];
}
