/*
 * turn -- screens that follow each other, for who can only look.
 *
 * It stands still where the person, or the machine, asked for less motion.
 */
const SHOWN_MS = 12_000;

export function turn(count: () => number) {
	let at = $state(0);
	let on = $state(!matchMedia('(prefers-reduced-motion: reduce)').matches);
	const screens = $derived(Math.max(1, count()));

	$effect(() => {
		if (!on || screens < 2) return;
		const timer = setInterval(() => at++, SHOWN_MS);
		return () => clearInterval(timer);
	});
	return {
		/** Counts on for ever; who shows takes it modulo what there is. */
		get at() {
			return at;
		},
		get on() {
			return on;
		},
		get screens() {
			return screens;
		},
		next: () => void at++,
		back: () => (at = 0),
		toggle: () => void (on = !on),
	};
}

/** The screen stays on while the page is shown, where the machine can do that. */
export function stay_awake(): () => void {
	let lock: WakeLockSentinel | undefined;
	const take = () => {
		if (document.visibilityState === 'visible')
			// A machine that refuses (battery, policy) goes dark as it always does.
			navigator.wakeLock?.request('screen').then((got) => (lock = got), () => undefined);
	};
	take();
	document.addEventListener('visibilitychange', take);
	return () => {
		document.removeEventListener('visibilitychange', take);
		void lock?.release();
	};
}
