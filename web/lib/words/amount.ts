/* amount -- numbers and sizes as people read them. */
import { lang } from './lang.svelte';

export const count = (n: number): string => n.toLocaleString(lang.tag);

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "71.9 GiB": three figures are enough. */
export function bytes(n: number): string {
	let at = 0;
	for (; n >= 1000 && at < UNITS.length - 1; at++) n /= 1024;
	return `${at && n < 100 ? n.toFixed(1) : Math.round(n)} ${UNITS[at]}`;
}
