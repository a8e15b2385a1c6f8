/*
 * layout -- where the states of one machine are drawn.
 *
 * The main line is a row: from the first state always on to the nearest later one
 * that a move reaches (packs list states in the order of the work). What lies
 * beside it stands below the state from which it is reached first. Moves between
 * neighbours are straight; on the main line longer ones and those back run above.
 */
import type { Move, Region } from '../../lib/plan/catalogue.svelte';

export const BOX = { width: 98, height: 60, gap: 22, down: 46 } as const;

export interface Place {
	name: string;
	x: number;
	y: number;
}
export interface Arrow {
	from: string;
	to: string;
	moves: Move[];
	/** All of them also happen without a person. */
	itself: boolean;
	path: string;
}
export interface Drawing {
	width: number;
	height: number;
	places: Place[];
	arrows: Arrow[];
}

function arrows_of(region: Region, moves: Move[]): Omit<Arrow, 'path'>[] {
	const all = new Map<string, Omit<Arrow, 'path'>>();
	for (const move of moves)
		for (const from of move.from) {
			if (move.region !== region.name || !move.to || move.to === from) continue;
			const key = `${from} ${move.to}`;
			const arrow = all.get(key) ?? { from, to: move.to, moves: [], itself: true };
			arrow.moves.push(move);
			arrow.itself &&= move.automatic;
			all.set(key, arrow);
		}
	return [...all.values()];
}

function main_line(names: string[], arrows: { from: string; to: string }[]): string[] {
	const line = names.slice(0, 1);
	for (let at = names[0]; at !== undefined; ) {
		const here = names.indexOf(at);
		const later = arrows.filter((a) => a.from === at && names.indexOf(a.to) > here).map((a) => names.indexOf(a.to));
		at = later.length ? names[Math.min(...later)] : undefined;
		if (at !== undefined) line.push(at);
	}
	return line;
}

/** Column and row of each state; row 0 is the main line. */
function grid(names: string[], arrows: { from: string; to: string }[]): Map<string, [number, number]> {
	const line = main_line(names, arrows);
	const cells = new Map<string, [number, number]>(line.map((name, i) => [name, [i, 0]]));
	const taken = new Set<string>();
	for (const name of names.filter((one) => !cells.has(one))) {
		const sources = arrows.filter((a) => a.to === name).flatMap((a) => (cells.has(a.from) ? [cells.get(a.from)![0]] : []));
		const wanted = sources.length ? Math.min(...sources) : 0;
		const nearby = [wanted, wanted + 1, wanted + 2, wanted - 1].filter((column) => column >= 0 && column < Math.max(line.length, 3));
		const row = [1, 2, 3, 4].find((r) => nearby.some((column) => !taken.has(`${column} ${r}`))) ?? 5;
		const column = nearby.find((c) => !taken.has(`${c} ${row}`)) ?? wanted;
		taken.add(`${column} ${row}`);
		cells.set(name, [column, row]);
	}
	return cells;
}

function path(a: Place, b: Place, above: number): string {
	const half = BOX.width / 2;
	const same_row = a.y === b.y;
	if (same_row && b.x > a.x && b.x - a.x <= BOX.width + BOX.gap) return `M${a.x + BOX.width} ${a.y + BOX.height / 2}H${b.x - 2}`;
	if (same_row) {
		// On before the middle, back behind it, so that two arcs of a pair do not lie on each other.
		const shift = b.x > a.x ? 14 : -14;
		const top = a.y - above;
		return `M${a.x + half + shift} ${a.y}C${a.x + half + shift} ${top} ${b.x + half - shift} ${top} ${b.x + half - shift} ${b.y - 2}`;
	}
	const falls = b.y > a.y;
	const shift = falls ? -12 : 12;
	const from_y = falls ? a.y + BOX.height : a.y;
	const to_y = falls ? b.y - 2 : b.y + BOX.height + 2;
	const middle = (from_y + to_y) / 2;
	return `M${a.x + half + shift} ${from_y}C${a.x + half + shift} ${middle} ${b.x + half + shift} ${middle} ${b.x + half + shift} ${to_y}`;
}

export function draw(region: Region, moves: Move[]): Drawing {
	const names = region.states.map((state) => state.name);
	const arrows = arrows_of(region, moves);
	const cells = grid(names, arrows);
	const step = BOX.width + BOX.gap;
	const rise = (a: [number, number], b: [number, number]) => (a[1] === b[1] && b[0] - a[0] !== 1 ? 22 + 13 * Math.abs(b[0] - a[0]) : 0);
	const head = Math.max(6, ...arrows.map((a) => rise(cells.get(a.from)!, cells.get(a.to)!) * 0.78));
	const places = names.map((name) => {
		const [column, row] = cells.get(name)!;
		return { name, x: 4 + column * step, y: head + row * (BOX.height + BOX.down) };
	});
	const at = (name: string) => places.find((place) => place.name === name)!;
	return {
		width: Math.max(...places.map((place) => place.x)) + BOX.width + 8,
		height: Math.max(...places.map((place) => place.y)) + BOX.height + 6,
		places,
		arrows: arrows.map((a) => ({ ...a, path: path(at(a.from), at(a.to), rise(cells.get(a.from)!, cells.get(a.to)!)) })),
	};
}

/** A name in at most three lines of a box; what does not fit stands in the title and in the table. */
export function lines(text: string): string[] {
	const short = text.replace(/\s*[(（].*$/, '').replace(/[,，].*$/, '');
	const most = /[\u4e00-\u9fff]/.test(short) ? 6 : 13;
	const parts = most === 6 ? (short.match(/.{1,6}/g) ?? []) : short.split(' ');
	const out: string[] = [];
	for (const part of parts) {
		const last = out.at(-1);
		if (last !== undefined && most === 13 && last.length + part.length < most) out[out.length - 1] = `${last} ${part}`;
		else out.push(part);
	}
	return out.length > 3 ? [...out.slice(0, 2), `${out[2]}…`] : out;
}
