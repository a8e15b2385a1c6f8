/*
 * alarm -- a new case of level 3 and up is heard and stands in the title.
 *
 * What was there when the board was opened is no news; a case whose level rises
 * is. Browsers let a page sound only after somebody touched it, so the sound is
 * switched on by hand, is remembered, and says so when it still waits for a touch.
 */
import { often } from '../words/often';
import { say, type Both } from '../words/lang.svelte';
import type { Case, Facts } from './facts.svelte';

const KEPT = 'fengsui.sound';
const LOUD = 3;
const TURN_MS = 2000;
/* Two tones, low then high, twice; a higher level a little higher. */
const TONES = [523, 784];
const TONE_S = 0.18;

let context: AudioContext | undefined;
let wanted = $state(localStorage.getItem(KEPT) === 'yes');
let ready = $state(false);

function wake(): void {
	context ??= new AudioContext();
	const held = context;
	held.onstatechange = () => (ready = held.state === 'running');
	void held.resume().then(() => (ready = held.state === 'running'));
}

function tone(at: number, hertz: number): void {
	const swing = context!.createOscillator();
	const gain = context!.createGain();
	swing.frequency.value = hertz;
	gain.gain.setValueAtTime(0, at);
	gain.gain.linearRampToValueAtTime(0.25, at + 0.02);
	gain.gain.linearRampToValueAtTime(0, at + TONE_S);
	swing.connect(gain).connect(context!.destination);
	swing.start(at);
	swing.stop(at + TONE_S);
}

function beep(level: number): void {
	if (!wanted || context?.state !== 'running') return;
	for (let n = 0; n < 4; n++) tone(context.currentTime + n * (TONE_S + 0.06), TONES[n % 2]! * (1 + (level - LOUD) * 0.12));
}

export const sound = {
	get on() {
		return wanted;
	},
	/** Switched on, but the browser waits for a touch of the page. */
	get waits() {
		return wanted && !ready;
	},
	switch(): void {
		wanted = !wanted;
		localStorage.setItem(KEPT, wanted ? 'yes' : 'no');
		if (!wanted) return;
		wake();
		void context!.resume().then(() => beep(LOUD));
	},
};

/** Made while a component is set up; `label` is the name of its page. */
export function alarm(label: Both) {
	let known: Map<number, number> | undefined;
	let news = $state.raw<Case[]>([]);
	let turned = $state(false);

	const title = $derived.by(() => {
		const first = news[0];
		if (!first) return '';
		const level = say(often.level_n, { n: first.level });
		return turned ? `! ${first.number ?? ''} ${first.title}` : `! ${level} ${first.number ?? first.title}${news.length > 1 ? ` +${news.length - 1}` : ''}`;
	});

	$effect(() => {
		if (title) document.title = title;
		else if (document.title.startsWith('!')) document.title = `${say(label)} · ${say(often.name)}`;
	});
	$effect(() => {
		if (!news.length || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
		const timer = setInterval(() => (turned = !turned), TURN_MS);
		return () => clearInterval(timer);
	});
	$effect(() => {
		const touched = () => wanted && !ready && wake();
		const back = () => (news = []);
		addEventListener('pointerdown', touched);
		addEventListener('keydown', touched);
		addEventListener('focus', back);
		return () => {
			removeEventListener('pointerdown', touched);
			removeEventListener('keydown', touched);
			removeEventListener('focus', back);
			if (document.title.startsWith('!')) document.title = say(often.name);
		};
	});

	return {
		get news() {
			return news;
		},
		hear(facts: Facts): void {
			const come = facts.cases.filter((one) => one.level >= LOUD && known !== undefined && one.level > (known.get(one.id) ?? 0));
			// A case that left the list and comes back at its old level is no news either.
			known = new Map([...(known ?? []), ...facts.cases.map((one) => [one.id, one.level] as const)]);
			if (!come.length) return;
			news = [...come, ...news.filter((old) => !come.some((one) => one.id === old.id))];
			beep(Math.max(...come.map((one) => one.level)));
		},
		seen(): void {
			news = [];
		},
	};
}
