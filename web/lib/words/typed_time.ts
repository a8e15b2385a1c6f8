/*
 * typed_time -- a moment as somebody types it who is on the telephone.
 *
 *     2026-11-26 03:20 · 11-26 03:20 · 03:20 (the last one that was) · -15m, -2h, -1d (ago)
 *
 * A browser's own field shows months and hours in the order of its own language,
 * not of the page's; this one is the same for everybody.
 */
const BACK = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const two = (n: number) => String(n).padStart(2, '0');

/** Local time as it is typed, to the minute. */
export function time_text(at: string | number | undefined): string {
	const d = at === undefined ? undefined : new Date(at);
	if (!d || Number.isNaN(d.getTime())) return '';
	return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** The moment in UTC; undefined: this is none. `now` in milliseconds. */
export function time_typed(text: string, now: number): string | undefined {
	const t = text.trim().replace(/[：]/g, ':').replace(/[年月/.]/g, '-').replace(/日/g, '');
	const back = /^-\s*(\d{1,4})\s*([mhd])$/i.exec(t);
	if (back) return new Date(now - Number(back[1]) * BACK[back[2]!.toLowerCase() as keyof typeof BACK]).toISOString();
	const found = /^(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})$/.exec(t);
	if (!found) return undefined;
	const [, year, month, day, hour, minute] = found.map((x) => (x === undefined ? undefined : Number(x)));
	const today = new Date(now);
	const d = new Date(year ?? today.getFullYear(), (month ?? today.getMonth() + 1) - 1, day ?? today.getDate(), hour, minute);
	// 31 February, 25 o'clock: what comes out must be what went in.
	if (d.getHours() !== hour || d.getMinutes() !== minute || (day !== undefined && d.getDate() !== day) || (month !== undefined && d.getMonth() !== month - 1))
		return undefined;
	if (month === undefined && d.getTime() > now + 60_000) d.setDate(d.getDate() - 1);
	else if (year === undefined && d.getTime() > now + 60_000) d.setFullYear(d.getFullYear() - 1);
	return d.toISOString();
}
