/*
 * now -- the time by which clocks on the page run.
 *
 * The browser's own clock, set right by what the daemon said last; in a
 * demonstration folder, where time is given, it stands still until the daemon
 * says another one.
 */
let given = $state<number | undefined>();
let offset = $state(0);
let tick = $state(Date.now());

setInterval(() => (tick = Date.now()), 1000);

export const now = {
	/** Milliseconds since the epoch; read inside a component it goes on by itself. */
	get ms(): number {
		return given ?? tick + offset;
	},
	get stands(): boolean {
		return given !== undefined;
	},
	/** The daemon's time, from any of its answers. */
	said(at: string | undefined, demo: boolean): void {
		const time = at ? Date.parse(at) : NaN;
		if (Number.isNaN(time)) return;
		if (demo) given = time;
		else {
			given = undefined;
			offset = time - Date.now();
		}
	},
};
