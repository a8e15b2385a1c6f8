/*
 * time -- moments and spans as people read them.
 *
 * The record keeps UTC with microseconds; a page shows the local time of the
 * browser and names its zone in the title. A demonstration folder has a time
 * of its own, told by the daemon (now.svelte.ts).
 */
import { lang, say, type Both } from './lang.svelte';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const unit: Record<'s' | 'm' | 'h' | 'd', Both> = {
	s: { zh: '{n} 秒', en: '{n} s' },
	m: { zh: '{n} 分', en: '{n} min' },
	h: { zh: '{n} 小时', en: '{n} h' },
	d: { zh: '{n} 天', en: '{n} d' },
};

export const ms = (at: string | undefined): number => (at ? Date.parse(at) : NaN);

/** "2 h 5 min": the two greatest units, never more precise than one can use. */
export function span(length: number): string {
	const x = Math.abs(length);
	const two = (a: 'd' | 'h' | 'm', an: number, b: 'h' | 'm' | 's', bn: number) =>
		say(unit[a], { n: an }) + (bn ? ' ' + say(unit[b], { n: bn }) : '');
	if (x < MINUTE) return say(unit.s, { n: Math.floor(x / SECOND) });
	if (x < 10 * MINUTE) return two('m', Math.floor(x / MINUTE), 's', Math.floor((x % MINUTE) / SECOND));
	if (x < HOUR) return say(unit.m, { n: Math.floor(x / MINUTE) });
	if (x < DAY) return two('h', Math.floor(x / HOUR), 'm', Math.floor((x % HOUR) / MINUTE));
	return two('d', Math.floor(x / DAY), 'h', Math.floor((x % DAY) / HOUR));
}

const shapes = {
	moment: { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
	exact: {
		year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
		hourCycle: 'h23', timeZoneName: 'short',
	},
	day: { year: 'numeric', month: '2-digit', day: '2-digit' },
	hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

export function moment(at: string | number | undefined, shape: keyof typeof shapes = 'moment'): string {
	const time = typeof at === 'number' ? at : ms(at);
	if (Number.isNaN(time)) return '';
	const key = lang.tag + shape;
	let format = made.get(key);
	if (!format) made.set(key, (format = new Intl.DateTimeFormat(lang.tag, shapes[shape])));
	return format.format(time);
}
