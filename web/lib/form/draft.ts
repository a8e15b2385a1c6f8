/*
 * draft -- what was typed outlives a reload, a lost connection, an ended session.
 *
 * Kept in this tab only (sessionStorage), for the person who typed it: a workstation is
 * shared between shifts.
 */
import { session } from '../ask/session.svelte';
import type { Typed } from './value';

export type Values = Record<string, Typed>;

const name = (key: string) => `fengsui.draft ${session.who?.login ?? ''} ${key}`;

export function draft_read(key: string): Values | undefined {
	try {
		return JSON.parse(sessionStorage.getItem(name(key)) ?? 'null') ?? undefined;
	} catch {
		return undefined;
	}
}

export function draft_keep(key: string, values: Values): void {
	try {
		sessionStorage.setItem(name(key), JSON.stringify(values));
	} catch {
		/* no room: the form itself still holds it */
	}
}

export function draft_drop(key: string): void {
	sessionStorage.removeItem(name(key));
}
