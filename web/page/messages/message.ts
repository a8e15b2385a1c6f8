/* message -- what the daemon tells of messages and of the ways out. */
import type { Handle } from '../../lib/plan/plan';
import { code_name } from '../../lib/plan/catalogue.svelte';
import { say, type Both } from '../../lib/words/lang.svelte';
import { channel_words, results, states } from './words';

export type State = keyof typeof states;
export const STATES = Object.keys(states) as State[];

export interface Attempt {
	at: string;
	next_at?: string;
	channel: string;
	address: string;
	code: number;
	result: keyof typeof results;
	words: string;
}
export interface Letter extends Both {
	purpose: string;
	files?: { name: string; type: string; digest: string }[] | null;
}
export interface Message {
	id: number;
	at: string;
	next_at?: string;
	channel: string;
	recipient: string;
	via?: string;
	state: State;
	key: string;
	tries: number;
	about: Handle;
	held?: Both;
	letter?: number | Letter;
	attempts?: Attempt[];
}
export interface Messages {
	messages: Message[];
	more: boolean;
}
export interface Channel {
	name: string;
	kind: 'mail' | 'webhook' | 'command' | 'none';
	state: 'open' | 'trouble' | 'held' | 'off';
	waiting: number;
	sending: number;
	failed: number;
	sent_at?: string;
	trouble_at?: string;
	words?: string;
	because?: Both;
	code?: number;
}

export const channel_name = (name: string): string => say(channel_words[name as keyof typeof channel_words]) || code_name('channel', name);
/** Something can be done about it. */
export const is_stuck = (one: Message): boolean => one.state === 'waiting' || one.state === 'failed';
